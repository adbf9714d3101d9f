// SPDX-License-Identifier: MIT
// A timeout that throws an exception of your own. Nobody handles it here but main, which says so
// and ends with 1.
#include <grove/greenlet.hpp>
#include <grove/timeout.hpp>

#include <cstdio>
#include <exception>
#include <stdexcept>

using namespace std::chrono_literals;

namespace {

struct too_long : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace

int main() {
    try {
        const grove::timeout limit(100ms, std::make_exception_ptr(too_long("TooLong")));
        grove::sleep_for(200ms);
    } catch (const too_long& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
