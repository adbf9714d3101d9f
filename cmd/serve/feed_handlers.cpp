// SPDX-License-Identifier: MIT
#include "cmd/common/units.hpp"
#include "cmd/serve/query_values.hpp"
#include "cmd/serve/web_handler.hpp"

#include <grove/greenlet.hpp>
#include <grove/queue.hpp>

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

/// Answers that come in pieces over time: `?every=100ms&n=5` says how often and how many.

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration usual_pause = 1s;

struct pace {
    duration every = usual_pause;
    std::uint64_t count = std::numeric_limits<std::uint64_t>::max();
};

std::optional<std::uint64_t> read_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// Throws: `http_error` 400.
pace pace_of(const http_request& asked) {
    pace wanted;
    const query_values query(asked.query());
    if (const auto every = query.find("every")) {
        if (parse_value(*every, wanted.every)) throw http_error(400, "every: write 100ms or 2s");
    }
    if (const auto n = query.find("n")) {
        const auto count = read_number(*n);
        if (!count) throw http_error(400, "n: write a number");
        wanted.count = *count;
    }
    return wanted;
}

/// A line of JSON now and then.
class stream final : public web_handler {
 public:
    explicit stream(serve_context& context) : context_(context) {}

    void answer(const web_call& call) override {
        allow_methods(call, "GET, HEAD");
        const pace wanted = pace_of(call.asked);
        call.answer.add("Content-Type", "application/x-ndjson").add("Cache-Control", "no-store");
        for (std::uint64_t i = 1; i <= wanted.count; ++i) {
            call.answer.write(fmt::format("{{\"n\":{}}}\n", i));
            call.answer.flush();
            if (i < wanted.count && context_.stopping.wait(wanted.every)) return;
        }
    }

 private:
    serve_context& context_;
};

/// Server-sent events (WHATWG HTML section 9.2). A client that comes back with the number of the
/// last event it has seen gets those after it.
class events final : public web_handler {
 public:
    explicit events(serve_context& context) : context_(context) {}

    void answer(const web_call& call) override {
        allow_methods(call, "GET, HEAD");
        const pace wanted = pace_of(call.asked);
        const auto seen = read_number(call.asked.find("Last-Event-ID").value_or("0"));
        call.answer.add("Content-Type", "text/event-stream").add("Cache-Control", "no-store");
        for (std::uint64_t i = seen.value_or(0) + 1; i <= wanted.count; ++i) {
            call.answer.write(fmt::format("id: {}\ndata: {{\"n\":{}}}\n\n", i, i));
            call.answer.flush();
            if (i < wanted.count && context_.stopping.wait(wanted.every)) return;
        }
    }

 private:
    serve_context& context_;
};

/// The tutorial's: one queue for all, which gets a message a second; each goes to one of those who
/// wait. An answer ends when none has come for five seconds.
class long_poll final : public web_handler {
 public:
    explicit long_poll(serve_context& context)
        : context_(context), producer_(spawn([this] { produce(); })) {}

    ~long_poll() override { producer_.kill(); }

    void answer(const web_call& call) override {
        allow_methods(call, "GET, HEAD");
        const pace wanted = pace_of(call.asked);
        call.answer.add("Content-Type", "application/json").add("Cache-Control", "no-store");
        call.answer.flush();
        for (std::uint64_t i = 0; i < wanted.count; ++i) {
            const auto message = messages_.get(longest_wait);
            if (!message || context_.stopping.is_set()) return;
            call.answer.write(*message);
            call.answer.flush();
        }
    }

 private:
    static constexpr duration longest_wait = 5s;
    static constexpr std::size_t kept = 100;

    void produce() {
        while (!context_.stopping.wait(usual_pause)) {
            // Nobody may be there for long: then the oldest goes.
            if (messages_.size() == kept) static_cast<void>(messages_.try_get());
            messages_.put("\"Hello World\"\n");
        }
        messages_.close();
    }

    serve_context& context_;
    queue<std::string> messages_{kept};
    greenlet<void> producer_;
};

}  // namespace

std::unique_ptr<web_handler> stream_handler(serve_context& context) {
    return std::make_unique<stream>(context);
}

std::unique_ptr<web_handler> events_handler(serve_context& context) {
    return std::make_unique<events>(context);
}

std::unique_ptr<web_handler> long_poll_handler(serve_context& context) {
    return std::make_unique<long_poll>(context);
}

}  // namespace grove::cmd
