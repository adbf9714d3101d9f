// SPDX-License-Identifier: MIT
#include "cmd/poll/watch/watch_table.hpp"

#include "cmd/common/sparkline.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/common/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace grove::cmd {
namespace {

constexpr std::size_t least_columns = 78;
constexpr std::size_t least_name = 16;
constexpr std::size_t most_spark = 60;   // attempts
constexpr std::size_t least_spark = 8;   // below that it tells nothing
constexpr std::size_t fixed_width = 56;  // from STATE to LOSS, with the blanks before each
constexpr std::size_t cert_width = 6;

struct layout {
    std::size_t name = 0;
    std::size_t spark = 0;  // 0: none
    bool cert = false;
};

layout layout_of(const std::vector<watched_target>& targets, std::size_t columns) {
    layout made;
    std::size_t longest = std::string_view("TARGET").size();
    for (const watched_target& one : targets) {
        longest = std::max(longest, display_width(one_line(one.name)));
        made.cert = made.cert || one.cert_days.has_value();
    }
    const std::size_t room =
        std::max(columns, least_columns) - fixed_width - (made.cert ? cert_width : 0);
    made.name = std::min(longest, room);
    if (room > least_name + least_spark + 2) {
        // A long name gives way to a spark of 8, a short one leaves room for a longer.
        made.name = std::min(longest, room - least_spark - 2);
        made.spark = std::min(most_spark, room - made.name - 2);
    }
    return made;
}

std::string padded(std::string_view text, std::size_t width) {
    const std::string fit = fit_middle(one_line(text), width);
    return fit + std::string(width - std::min(width, display_width(fit)), ' ');
}

std::string time_text(const std::optional<duration>& time) {
    return time ? show_latency(*time) : "-";
}

std::string state_text(watch_state state, table_color color) {
    const std::string_view word = state == watch_state::unknown ? "?" : to_string(state);
    const std::string text = fmt::format("{:<5}", word);
    if (color == table_color::none || state == watch_state::unknown) return text;
    return fmt::format("\x1b[{}m{}\x1b[0m", state == watch_state::up ? 32 : 31, text);
}

std::string heading(const layout& to) {
    return fmt::format("{}  STATE  SINCE  STREAK      P50      P95      P99   LOSS{}",
                       padded("TARGET", to.name), to.cert ? "  CERT" : "");
}

std::string row_of(const watched_target& of, deadline now, const layout& to, table_color color,
                   charset signs) {
    std::string line =
        fmt::format("{}  {} {:>6} {:>7} {:>8} {:>8} {:>8} {:>6}", padded(of.name, to.name),
                    state_text(of.state, color), show_duration(now - of.since), of.streak,
                    time_text(of.recent.percentile(50)), time_text(of.recent.percentile(95)),
                    time_text(of.recent.percentile(99)), fmt::format("{:.3g}%", of.loss() * 100));
    if (to.cert)
        line += fmt::format("{:>6}", of.cert_days ? fmt::format("{:.0f}d", *of.cert_days) : "-");
    if (to.spark > 0) line += "  " + sparkline(of.recent.latest(to.spark), to.spark, signs);
    return line;
}

}  // namespace

std::vector<std::string> watch_table(const std::vector<watched_target>& targets, deadline now,
                                     watch_table_size size, table_color color, charset of) {
    const bool is_narrow = size.columns < least_columns;
    if (is_narrow) color = table_color::none;  // a code that is cut off would stay on
    const layout to = layout_of(targets, size.columns);
    std::vector<const watched_target*> order;
    order.reserve(targets.size());
    for (const watched_target& one : targets) order.push_back(&one);
    const bool all_fit = targets.size() <= size.rows;
    if (!all_fit) {
        std::stable_partition(order.begin(), order.end(), [](const watched_target* one) {
            return one->state != watch_state::up;
        });
        order.resize(size.rows > 0 ? size.rows - 1 : 0);
    }
    std::vector<std::string> lines{heading(to)};
    for (const watched_target* one : order) lines.push_back(row_of(*one, now, to, color, of));
    if (!all_fit) {
        const auto down = std::ranges::count_if(
            targets, [](const watched_target& one) { return one.state == watch_state::down; });
        lines.push_back(fmt::format("and {} more; {} of {} are down", targets.size() - order.size(),
                                    down, targets.size()));
    }
    if (is_narrow) {
        for (std::string& line : lines) line = fit_end(line, size.columns);
    }
    return lines;
}

}  // namespace grove::cmd
