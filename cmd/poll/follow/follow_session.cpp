// SPDX-License-Identifier: MIT
#include "cmd/poll/follow/follow_session.hpp"

#include "cmd/common/backoff.hpp"
#include "cmd/common/descriptors.hpp"
#include "cmd/common/json_text.hpp"
#include "cmd/common/signals.hpp"
#include "cmd/common/units.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/timeout.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <system_error>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration first_pause = 100ms;
constexpr duration longest_pause = 5s;

/// Thrown by the listener: the last message that was asked for has come.
struct enough {};

}  // namespace

std::string message_json(const followed_message& message) {
    json_object line;
    if (!message.event.empty()) line.add("event", message.event);
    if (!message.id.empty()) line.add("id", message.id);
    line.add("data", message.data);
    return line.text();
}

follow_session::follow_session(const poll_options& options, output& out)
    : options_(options),
      out_(out),
      client_({.http = options.http, .place = *options.follow, .timeout = options.timeout},
              [this](const followed_message& message) { hear(message); }) {}

bool follow_session::has_enough() const noexcept {
    return options_.attempts && heard_ >= *options_.attempts;
}

void follow_session::hear(const followed_message& message) {
    ++heard_;
    if (options_.talk.json)
        out_.line(message_json(message));
    else
        out_.write(message_item(message.data));
    // Who follows wants to see it now: nothing is collected.
    out_.flush();
    if (has_enough()) throw enough();
}

exit_code follow_session::execute() {
    out_.set_wait_writable(wait_writable);
    const on_exit no_more_waiting([this] { out_.set_wait_writable({}); });
    event stop;
    out_.on_lost([&stop] { stop.set(); });
    const stop_signals signals([&stop](int) { stop.set(); });
    exit_code code = exit_code::ok;
    auto following = spawn([&] {
        code = follow();
        stop.set();
    });
    const bool ended = stop.wait(options_.deadline ? deadline(*options_.deadline) : never);
    following.kill();
    if (ended) return merge(signals.code(), code);
    out_.error("the deadline of " + show_duration(*options_.deadline) + " is over");
    return exit_code::deadline;
}

exit_code follow_session::follow() {
    std::mt19937_64 random{std::random_device{}()};
    for (unsigned failures = 0;;) {
        try {
            const duration pause = client_.follow_once().pause;
            failures = 0;
            sleep_for(pause);
            continue;
        } catch (const enough&) {
            return exit_code::ok;
        } catch (const not_followed& e) {
            out_.error(e.what());
            return exit_code::shortfall;
        } catch (const std::system_error& e) {
            // A connection that has brought something was a good one.
            failures = heard_ > heard_before_ ? 1 : failures + 1;
            heard_before_ = heard_;
            out_.say(fmt::format("{}; trying again", e.what()));
        }
        sleep_for(std::max(first_pause,
                           jittered_backoff(first_pause * 2, longest_pause, failures, random)));
    }
}

}  // namespace grove::cmd
