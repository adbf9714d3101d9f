// SPDX-License-Identifier: MIT
#include "cmd/common/terminal_text.hpp"
#include "cmd/poll/probe/greeting_probes.hpp"
#include "cmd/poll/probe/stream_probe.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::size_t longest_answer = 120;  // columns of it that are shown

/// A command as RESP has it: an array of strings that tell their lengths.
std::string command_of(std::initializer_list<std::string_view> words) {
    std::string text = fmt::format("*{}\r\n", words.size());
    for (const std::string_view word : words)
        text += fmt::format("${}\r\n{}\r\n", word.size(), word);
    return text;
}

std::string login_of(const target& place) {
    if (place.password.empty()) return {};
    if (place.user.empty()) return command_of({"AUTH", place.password});
    return command_of({"AUTH", place.user, place.password});
}

class asking_redis final : public stream_probe {
 public:
    asking_redis(const target& place, destination to, probe_expectations expected)
        : stream_probe(std::move(to)), login_(login_of(place)), expected_(std::move(expected)) {}

 private:
    void talk(socket on, probe_result& into, deadline begun, deadline until) override {
        if (!login_.empty() && !says(on, login_, "+OK", into, until)) return;
        if (!says(on, command_of({"PING"}), "+PONG", into, until)) return;
        into.good = true;
        judge_connection(expected_, begun, into);
    }

    /// Result: false, and `what` is the answer, when it is another one.
    static bool says(socket& on, const std::string& command, std::string_view wanted,
                     probe_result& into, deadline until) {
        on.write_all(command, until);
        std::string line = on.read_line(until);
        into.answered = true;
        while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
        into.what = line.empty() ? "closed without an answer"
                                 : fit_end(one_line(line.substr(1)), longest_answer);
        return line == wanted;
    }

    std::string login_;  // empty: none
    probe_expectations expected_;
};

}  // namespace

std::unique_ptr<probe> redis_probe(const target& place, destination to,
                                   probe_expectations expected) {
    return std::make_unique<asking_redis>(place, std::move(to), std::move(expected));
}

}  // namespace grove::cmd
