// SPDX-License-Identifier: MIT
#include "cmd/poll/poll_options.hpp"

#include "cmd/common/option_table.hpp"
#include "cmd/poll/probe/probe_facts.hpp"

#include <fmt/format.h>

#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration longest = 24h * 365;

std::optional<text_error> check_expectation(std::string_view text, expression& into) {
    return expression::parse(text, poll_facts(), into);
}

std::optional<text_error> take_word(std::string_view text, std::string& into) {
    into = std::string(text);
    return std::nullopt;
}

bool is_pollable(target_scheme scheme) noexcept {
    switch (scheme) {
        case target_scheme::http:
        case target_scheme::https:
        case target_scheme::tcp:
        case target_scheme::tls:
        case target_scheme::unix_socket:
        case target_scheme::file:
        case target_scheme::pid:
        case target_scheme::exec:
            return true;
        default:
            return false;
    }
}

void describe_goal(poll_options& options, option_table& table) {
    table.group("What");
    table
        .words("target", options.targets, parse_poll_target, "TARGET",
               "http(s), tcp, tls, unix, file, pid, exec; all must be up")
        .kind(value_kind::target);
    table.add({'i', "input"}, options.input, "FILE", "a list of more targets; - stdin")
        .kind(value_kind::file);
    table.words("command", options.command, take_word, "COMMAND", "runs once they are up",
                word_rule::after_double_dash);
    table
        .add_parsed("expect", options.expect, check_expectation, "E",
                    "'json.ready == true'; of the targets that can tell")
        .kind(value_kind::expression);
    table.add("streak", options.streak, "N", "good attempts in a row").range(1, 100000);
    table.fixed("any", options.any, true, "one target is enough");
    table.add("at-least", options.at_least, "K", "so many targets are enough").range(1, 100000);
    table.fixed("reverse", options.goal, poll_goal::down, "wait until they are down");
}

void describe_time(poll_options& options, option_table& table) {
    table.group("When");
    table.add("every", options.every, "T", "pause between attempts; else 2ms..1s, as fits")
        .range(1ms, 24h);
    table.add("timeout", options.timeout, "T", "one attempt").range(1ms, 24h);
    table.add("deadline", options.deadline, "T", "the whole wait; reaching it exits 124")
        .range(1ms, longest);
    table.add({'n', "attempts"}, options.attempts, "N", "of each target, then exit 1")
        .range(1, std::uint64_t{1} << 53);
    table.add({'c', "connections"}, options.at_once, "N", "attempts at once").range(1, 100000);
    table.advise("-t", "the time for all is --deadline T, one attempt's is --timeout T");
    table.advise("-m", "the time for all is --deadline T, one attempt's is --timeout T");
    table.advise("-w", "the pause is --every T");
    table.advise("--interval", "it is --every T here");
    table.advise("--wait", "the time for all is --deadline T");
    table.advise("--strict", "the command runs only when all is well, always");
    table.advise("--retry", "it asks until --deadline; -n N is the most attempts");
}

}  // namespace

std::optional<text_error> parse_poll_target(std::string_view text, target& into) {
    target read;
    if (auto wrong = parse_value(text, read)) return wrong;
    if (!is_pollable(read.scheme)) {
        return text_error{fmt::format("poll cannot ask {} targets", to_string(read.scheme)), 0,
                          "it asks http, https, tcp, tls, unix, file, pid and exec"};
    }
    into = std::move(read);
    return std::nullopt;
}

void describe(poll_options& options, option_table& table) {
    describe_goal(options, table);
    describe_time(options, table);
    table.group("Reports");
    table.add("junit", options.junit, "FILE", "a case a target, for CI").kind(value_kind::file);
    describe_message(options.http, table);
    describe_tls(options.http, table);
    describe_route(options.http, table);
    describe(options.talk, table);
}

std::optional<std::string> validate(const poll_options& options) {
    if (options.talk.quiet && options.talk.verbose) return "-q and -v exclude each other";
    if (options.targets.empty() && options.input.empty())
        return "no target: give some, as in :8080/health, or a list with -i";
    if (options.any && options.at_least) return "--any is --at-least 1: give one of them";
    return validate(options.http);
}

std::size_t enough_of(const poll_options& options, std::size_t count) noexcept {
    if (options.any) return 1;
    return options.at_least.value_or(count);
}

}  // namespace grove::cmd
