// SPDX-License-Identifier: MIT
#include "cmd/poll/poll_report.hpp"

#include "cmd/common/json_text.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/common/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string_view>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

/// Hundredths while a person may care.
std::string moment(duration since) {
    if (since < 10s) return fmt::format("{:.2f}s", std::chrono::duration<double>(since).count());
    return show_duration(since);
}

std::string on_address(const probe_result& got) {
    std::string text = got.address.empty() ? "" : " on " + got.address;
    if (!got.aside.empty()) text += " (" + got.aside + ")";
    return text;
}

std::string attempts(std::size_t count) {
    return count == 1 ? "1 attempt" : fmt::format("{} attempts", show_count(count));
}

std::optional<double> seconds(const std::optional<duration>& time) {
    if (!time) return std::nullopt;
    return std::round(std::chrono::duration<double, std::micro>(*time).count()) / 1e6;
}

std::string history_lines(const attempt_history& seen) {
    std::string made;
    for (std::size_t i = 0; i < seen.spells().size(); ++i) {
        const auto& [since, what, count] = seen.spells()[i];
        made += fmt::format("    {:>7}  {}, {}\n", moment(since), one_line(what), attempts(count));
        if (i + 1 == attempt_history::first_kept && seen.left_out() > 0)
            made += fmt::format("        ..  {} more changes\n", show_count(seen.left_out()));
    }
    return made;
}

std::string spells_json(const attempt_history& seen) {
    std::string made = "[";
    for (const auto& [since, what, count] : seen.spells()) {
        json_object one;
        one.add("after", *seconds(since)).add("what", what).add("attempts", count);
        made += (made.size() > 1 ? "," : "") + one.text();
    }
    return made + "]";
}

}  // namespace

std::string indented(std::string_view text, std::string_view by) {
    std::string made;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        made += fmt::format("{}{}\n", by, one_line(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return made;
}

std::string timeline(const probe_times& times) {
    std::string made;
    const auto add = [&made](std::string_view name, const std::optional<duration>& time) {
        if (time) made += fmt::format("{} {}, ", name, show_latency(*time));
    };
    add("name", times.dns);
    add("connect", times.connect);
    add("tls", times.tls);
    add("first byte", times.first_byte);
    return made + show_latency(times.total) + " in all";
}

std::string met_line(const polled_target& of, poll_goal goal) {
    const probe_result& got = *of.last;
    // What was so from the first attempt on did not take any time to become so.
    const bool at_once = of.history.attempts() == of.streak;
    return fmt::format("{} is {}{}: {}{}", of.name, goal == poll_goal::up ? "up" : "down",
                       at_once ? "" : " after " + moment(*of.met), one_line(got.what),
                       on_address(got));
}

std::string failure_lines(const polled_target& of) {
    if (!of.last) return fmt::format("  {}: no attempt has ended\n", of.name);
    const probe_result& got = *of.last;
    std::string made = fmt::format("  {}: {}{}\n", of.name, one_line(got.what), on_address(got));
    made += indented(got.detail, "    ");
    made += history_lines(of.history);
    return made + fmt::format("    the last attempt: {}\n", timeline(got.times));
}

std::string to_json(const polled_target& of, poll_goal goal) {
    const probe_result none;
    const probe_result& got = of.last ? *of.last : none;
    json_object line;
    line.add("target", of.name).add("ok", of.met.has_value());
    line.add("goal", goal == poll_goal::up ? "up" : "down");
    line.add("after", seconds(of.met)).add("attempts", of.history.attempts());
    line.add("what", got.what);
    if (got.address.empty())
        line.add_null("address");
    else
        line.add("address", got.address);
    line.add("status", got.status).add("exit", got.exit);
    line.add("cert_days", got.cert_days ? std::optional(std::floor(*got.cert_days)) : std::nullopt);
    line.open("time").add("dns", seconds(got.times.dns)).add("connect", seconds(got.times.connect));
    line.add("tls", seconds(got.times.tls)).add("first_byte", seconds(got.times.first_byte));
    line.add("total", seconds(got.times.total)).close();
    line.add_json("changes", spells_json(of.history));
    return line.text();
}

junit_case to_junit(const polled_target& of, duration waited) {
    junit_case made{.name = of.name, .time = of.met.value_or(waited)};
    if (of.met) return made;
    made.failure = of.last ? of.last->what : "no attempt has ended";
    made.details = failure_lines(of);
    return made;
}

}  // namespace grove::cmd
