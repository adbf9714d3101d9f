// SPDX-License-Identifier: MIT
#include "cmd/pipe/pipe_view.hpp"

#include "cmd/common/output.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/common/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration redraw = 100ms;
constexpr duration measuring = 1s;  // where nothing is drawn
constexpr duration plain = 5s;
constexpr double full = 0.75;
constexpr double empty = 0.5;
constexpr std::size_t bar_columns = 8;

std::string bar(double fill) {
    const auto filled = static_cast<std::size_t>(fill * static_cast<double>(bar_columns) + 0.5);
    return std::string(filled, '#') + std::string(bar_columns - filled, '.');
}

std::string whole(double rate) {
    return show_count(static_cast<std::uint64_t>(std::max(0.0, rate) + 0.5));
}

std::string busy_text(const stage_figures& of) {
    return of.jobs == 0 ? "" : fmt::format("{}/{}", of.busy, of.jobs);
}

}  // namespace

std::optional<std::size_t> bottleneck(const std::vector<stage_row>& rows) noexcept {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool waited_for = i + 1 == rows.size() || rows[i + 1].fill < empty;
        if (rows[i].fill >= full && waited_for) return i;
    }
    return std::nullopt;
}

std::vector<std::string> render_table(const std::vector<stage_row>& rows, unsigned columns) {
    std::vector<std::string> lines;
    lines.push_back(fmt::format("{:<9}{:>10}{:>9}{:>9}  {:<8}{:>8}{:>8}{:>5}{:>9}", "stage", "done",
                                "in/s", "out/s", "queue", "busy", "retries", "dead", "p99"));
    const auto slowest = bottleneck(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const stage_row& row = rows[i];
        const auto& p99 = row.figures.p99;
        lines.push_back(fmt::format("{:<9}{:>10}{:>9}{:>9}  {:<8}{:>8}{:>8}{:>5}{:>9}{}",
                                    fit_end(row.name, 8), show_count(row.out), whole(row.in_rate),
                                    whole(row.out_rate), bar(row.fill), busy_text(row.figures),
                                    row.figures.retries, row.figures.dead,
                                    p99 ? show_latency(*p99) : "", slowest == i ? " <" : ""));
    }
    for (std::string& line : lines) line = fit_end(line, columns);
    return lines;
}

std::string render_line(const std::vector<stage_row>& rows) {
    std::string text = fmt::format("{} items in, {} out, {}", show_count(rows.front().in),
                                   show_count(rows.back().out), show_events(rows.back().out_rate));
    for (const stage_row& row : rows) {
        if (row.figures.jobs == 0) continue;
        text += fmt::format("; {} {} busy", row.name, busy_text(row.figures));
        if (row.figures.retries > 0) text += fmt::format(", {} retries", row.figures.retries);
        if (row.figures.dead > 0) text += fmt::format(", {} dead", row.figures.dead);
    }
    return text;
}

std::string render_sum(const std::vector<stage_row>& rows, duration took) {
    const double seconds = std::max(1e-3, std::chrono::duration<double>(took).count());
    std::string text = fmt::format("{} items in, {} out in {}, {}", show_count(rows.front().in),
                                   show_count(rows.back().out), show_duration(took),
                                   show_events(static_cast<double>(rows.back().out) / seconds));
    for (const stage_row& row : rows) {
        std::string odd;
        if (row.figures.retries > 0) odd += fmt::format(", {} retries", row.figures.retries);
        if (row.figures.dead > 0) odd += fmt::format(", {} dead", row.figures.dead);
        if (!odd.empty()) text += fmt::format("; {}{}", row.name, odd.substr(1));
    }
    return text;
}

pipe_view::pipe_view(output& out, typed_items typed) : out_(out) {
    if (!out.options().progress || out.options().quiet) return;
    sums_up_ = out.has_status();
    draws_ = out.owns_screen() && typed == typed_items::no;
    if (draws_) {
        next_ = started_ + redraw;
    } else if (!sums_up_) {
        next_ = started_ + measuring;
        next_line_ = started_ + plain;
    }
}

void pipe_view::tick(const std::function<std::vector<stage_row>()>& look) {
    if (!next_.expired()) return;
    const deadline now = deadline::now();
    next_ = now + (draws_ ? redraw : measuring);
    std::vector<stage_row> rows = look();
    if (rows.empty()) return;
    measure(rows, now);
    if (!draws_) {
        if (!next_line_.expired()) return;
        next_line_ = now + plain;
        out_.say(render_line(rows));
        return;
    }
    const output::screen screen = out_.talk_screen();
    // One column free: some terminals break the line after the last.
    auto lines = render_table(rows, std::max(20U, screen.columns) - 1);
    lines.resize(std::min<std::size_t>(lines.size(), std::max(2U, screen.rows / 2)));
    out_.status(std::move(lines));
}

void pipe_view::measure(std::vector<stage_row>& rows, deadline now) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i == rates_.size()) {
            rates_.emplace_back();
            rates_[i].in.sample(0, started_);
            rates_[i].out.sample(0, started_);
        }
        rates_[i].in.sample(static_cast<double>(rows[i].in), now);
        rates_[i].out.sample(static_cast<double>(rows[i].out), now);
        rows[i].in_rate = rates_[i].in.per_second();
        rows[i].out_rate = rates_[i].out.per_second();
    }
}

void pipe_view::finish(const std::function<std::vector<stage_row>()>& look) {
    hide();
    if (!sums_up_ || out_.lost()) return;
    out_.say(render_sum(look(), deadline::now() - started_));
}

void pipe_view::hide() {
    if (draws_) out_.status({});
    draws_ = false;
    next_ = never;
}

}  // namespace grove::cmd
