// SPDX-License-Identifier: MIT
// A class for a greenlet that has state of its own. It holds its handle: when the object goes, the
// greenlet has gone before it.
#include <grove/greenlet.hpp>

#include <cstdio>
#include <string>
#include <utility>

using namespace std::chrono_literals;

namespace {

class greeter {
 public:
    greeter(std::string message, grove::duration rest)
        : message_(std::move(message)), rest_(rest) {}

    void start() {
        self_ = grove::spawn([this] { run(); });
    }

    void join() { self_.join(); }

 private:
    void run() const {
        std::puts(message_.c_str());
        grove::sleep_for(rest_);
    }

    std::string message_;
    grove::duration rest_;
    grove::greenlet<void> self_;  // last: it uses the others
};

}  // namespace

int main() {
    greeter g("Hi there!", 300ms);
    g.start();
    g.join();
}
