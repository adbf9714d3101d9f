// SPDX-License-Identifier: MIT
#include "cmd/bench/report/bench_view.hpp"

#include "cmd/common/sparkline.hpp"
#include "cmd/common/units.hpp"

#include <fmt/format.h>

namespace grove::cmd {
namespace {

constexpr std::size_t longest_memory = 500;  // seconds; no terminal is wider

}  // namespace

std::string status_line(duration elapsed, std::optional<duration> whole, const bench_second& last) {
    std::string line = show_duration(elapsed);
    if (whole) line += " of " + show_duration(*whole);
    line += fmt::format("  {}/s", show_count(last.answers));
    if (last.answers > 0) {
        line += fmt::format("  p50 {}  p99 {}  max {}", show_latency(last.p50),
                            show_latency(last.p99), show_latency(last.most));
    }
    return line + fmt::format("  errors {}", show_count(last.failures));
}

bench_view::bench_view(output& out, std::optional<duration> whole)
    : out_(out), whole_(whole), shows_(!out.options().quiet && out.options().progress) {}

void bench_view::add(const bench_second& last) {
    if (!shows_) return;
    ++seconds_;
    answers_.emplace_back(static_cast<double>(last.answers));
    if (answers_.size() > longest_memory) answers_.pop_front();
    const std::string line = status_line(std::chrono::seconds(seconds_), whole_, last);
    if (out_.has_status()) {
        const unsigned columns = out_.talk_screen().columns;
        out_.status({line.substr(0, columns), sparkline(answers_, columns - 1, locale_charset())});
    } else if (seconds_ % plain_every == 0) {
        out_.say(line);
    }
}

void bench_view::finish() {
    if (shows_) out_.status({});
}

}  // namespace grove::cmd
