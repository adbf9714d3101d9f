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
    return scheme != target_scheme::udp && scheme != target_scheme::icmp;
}

void describe_goal(poll_options& options, option_table& table) {
    table.group("What");
    table
        .words("target", options.targets, parse_poll_target, "TARGET",
               "http(s), ws(s), tcp, tls, unix, dns, redis, postgres, file, pid, exec")
        .kind(value_kind::target);
    table.add({'i', "input"}, options.input, "FILE", "a list of more targets; - stdin")
        .kind(value_kind::file);
    table
        .add_parsed("expect", options.expect, check_expectation, "E",
                    "'json.ready == true'; of the targets that can tell")
        .kind(value_kind::expression);
    table.add("streak", options.streak, "N", "good attempts in a row").range(1, 100000);
    table.fixed("any", options.any, true, "one target is enough");
    table.add("at-least", options.at_least, "K", "so many targets are enough").range(1, 100000);
    table.fixed("reverse", options.goal, poll_goal::down, "wait until they are down");
}

void describe_start(poll_options& options, option_table& table) {
    table.group("What runs");
    table.add("start", options.start, "CMD", "start this, wait, run COMMAND, stop it");
    table.add("grace", options.grace, "T", "between SIGTERM and SIGKILL for CMD").range(0s, 24h);
    table.words("command", options.command, take_word, "COMMAND", "after --: once all are up",
                word_rule::after_double_dash);
}

void describe_time(poll_options& options, option_table& table) {
    table.group("When");
    table.add("every", options.every, "T", "pause between attempts; else 2ms..1s, as fits")
        .range(1ms, 24h);
    table.add("timeout", options.timeout, "T", "one attempt").range(1ms, 24h);
    table.add("deadline", options.deadline, "T", "the whole wait; reaching it exits 124")
        .range(1ms, longest)
        .default_text("1m");
    table
        .add({'n', "attempts"}, options.attempts, "N",
             "of each target, then exit 1; --follow: messages")
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

void describe_watch(poll_options& options, option_table& table) {
    table.group("Watching");
    table.fixed("watch", options.watch, true, "go on for ever: a table, or JSON lines of changes");
    table.add("on-change", options.on_change, "CMD", "run this: $1 target $2 was $3 is $4 why");
}

/// What is about the end of a wait, which a watch has not.
std::optional<std::string> check_watch(const poll_options& options) {
    if (!options.watch && !options.on_change.empty()) return "--on-change needs --watch";
    if (!options.watch) return std::nullopt;
    if (!options.command.empty() || !options.start.empty())
        return "--watch waits for nothing: leave out --start and the command";
    if (options.any || options.at_least || options.goal == poll_goal::down)
        return "--watch tells of each target: leave out --any, --at-least and --reverse";
    if (!options.junit.empty()) return "--junit is for a wait: --watch tells in JSON lines";
    return std::nullopt;
}

void describe_follow(poll_options& options, option_table& table) {
    table.group("Following");
    table
        .add_parsed("follow", options.follow, parse_followed, "URL",
                    "print what it sends, a message a line; -n N messages")
        .kind(value_kind::target);
}

/// What is about asking whether something is up.
std::optional<std::string> check_follow(const poll_options& options) {
    if (!options.follow) return std::nullopt;
    if (!options.targets.empty() || !options.input.empty())
        return "--follow is of one URL: leave out the targets";
    if (options.watch || !options.start.empty() || !options.command.empty())
        return "--follow prints messages: leave out --watch, --start and the command";
    if (!options.expect.empty() || options.streak > 1 || options.any || options.at_least ||
        options.goal == poll_goal::down || options.every || !options.junit.empty()) {
        return "--follow prints messages: leave out --expect, --streak, --any, --at-least, "
               "--reverse, --every and --junit";
    }
    return std::nullopt;
}

}  // namespace

std::optional<text_error> parse_followed(std::string_view text, target& into) {
    target read;
    if (auto wrong = parse_value(text, read)) return wrong;
    switch (read.scheme) {
        case target_scheme::http:
        case target_scheme::https:
        case target_scheme::ws:
        case target_scheme::wss:
            into = std::move(read);
            return std::nullopt;
        default:
            return text_error{fmt::format("cannot follow {} targets", to_string(read.scheme)), 0,
                              "write a URL: http, https, ws or wss"};
    }
}

std::optional<text_error> parse_poll_target(std::string_view text, target& into) {
    target read;
    if (auto wrong = parse_value(text, read)) return wrong;
    if (!is_pollable(read.scheme)) {
        return text_error{
            fmt::format("poll cannot ask {} targets", to_string(read.scheme)), 0,
            "it asks http(s), ws(s), tcp, tls, unix, dns, redis, postgres, file, pid, exec"};
    }
    into = std::move(read);
    return std::nullopt;
}

void describe(poll_options& options, option_table& table) {
    describe_goal(options, table);
    describe_start(options, table);
    describe_time(options, table);
    describe_watch(options, table);
    describe_follow(options, table);
    table.group("Reports");
    table.add("junit", options.junit, "FILE", "a case a target, for CI").kind(value_kind::file);
    describe_message(options.http, table);
    describe_tls(options.http, table);
    describe_route(options.http, table);
    describe(options.talk, table);
}

std::optional<std::string> validate(const poll_options& options) {
    if (options.talk.quiet && options.talk.verbose) return "-q and -v exclude each other";
    if (auto wrong = check_follow(options)) return wrong;
    if (options.targets.empty() && options.input.empty() && !options.follow)
        return "no target: give some, as in :8080/health, or a list with -i";
    if (options.any && options.at_least) return "--any is --at-least 1: give one of them";
    if (auto wrong = check_watch(options)) return wrong;
    return validate(options.http);
}

std::size_t enough_of(const poll_options& options, std::size_t count) noexcept {
    if (options.any) return 1;
    return options.at_least.value_or(count);
}

}  // namespace grove::cmd
