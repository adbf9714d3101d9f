// SPDX-License-Identifier: MIT
#include "runtime/workload.hpp"

#include <grove/greenlet.hpp>
#include <grove/http_client.hpp>

#include <vector>

// How much memory readers cost that take less than the server could send.
//
//     grove_slow_readers URL READERS
//
// Each reader gets URL and takes a piece of the body every 100 ms for three seconds. Over HTTP/2
// libcurl would buffer what a paused stream does not take, up to 32 MB each.

namespace {

using namespace std::chrono_literals;

class slow_sink final : public grove::http::body_sink {
 public:
    grove::http::flow on_head(const grove::http::answer_head&) override { return {}; }

    grove::http::flow on_body(std::string_view) override {
        if (!next_.expired()) {
            return {.what = grove::http::flow::action::pause, .resume_at = next_};
        }
        next_ = 100ms;
        ++pieces_;
        return {};
    }

    [[nodiscard]] unsigned pieces() const noexcept { return pieces_; }

 private:
    grove::deadline next_ = grove::deadline::now();
    unsigned pieces_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: grove_slow_readers URL READERS\n");
        return 2;
    }
    grove::http::client web({.verify = grove::http::verification::off});
    std::vector<slow_sink> sinks(std::strtoul(argv[2], nullptr, 10));
    std::vector<grove::greenlet<void>> readers;
    for (auto& sink : sinks) {
        readers.push_back(grove::spawn([&web, &sink, url = argv[1]] {
            grove::http::exchange about;
            web.perform({.url = url}, sink, about);
        }));
    }
    grove::sleep_for(3s);
    for (const auto& sink : sinks) {
        if (sink.pieces() < 10) {
            std::fprintf(stderr, "grove_slow_readers: a reader got %u pieces in 3 s\n",
                         sink.pieces());
            return 1;
        }
    }
    measure::report("slow_readers.rss", measure::footprint::now().resident_bytes / 1e6, "MB");
    return 0;
}
