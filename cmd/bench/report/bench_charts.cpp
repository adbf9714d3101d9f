// SPDX-License-Identifier: MIT
#include "cmd/bench/report/bench_charts.hpp"

#include "cmd/bench/report/chart.hpp"
#include "cmd/common/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace grove::cmd {
namespace {

using points = std::vector<chart_point>;

constexpr std::size_t most_points = 600;  // of a curve over time
constexpr double steps_a_nine = 40;       // of a percentile curve
constexpr int bars = 48;

/// What stands for a side in keys and style sheets.
struct look {
    const char* name;
    const char* css;
};

constexpr look of_now{"this", "a"};
constexpr look of_base{"base", "b"};

double low_of(const histogram& of) {
    return static_cast<double>(of.least());
}

double high_of(const histogram& of) {
    return static_cast<double>(of.most());
}

std::string css(const look& as, const char* more) {
    return fmt::format("{} {}", as.css, more);
}

// --- over time ---

/// Seconds taken together, so that a long run has no more points than a page has columns.
struct stretch {
    double begin = 0;
    double end = 0;
    double p50 = 0;  // the mean of theirs
    double p99 = 0;  // the most of theirs
    std::uint64_t answers = 0;
};

stretch stretch_of(std::span<const bench_second> seconds, std::size_t begin) {
    stretch all{.begin = static_cast<double>(begin),
                .end = static_cast<double>(begin + seconds.size())};
    double sum = 0;
    double with_answers = 0;
    for (const bench_second& one : seconds) {
        all.answers += one.answers;
        if (one.most <= duration::zero()) continue;
        ++with_answers;
        sum += static_cast<double>(one.p50.count());
        all.p99 = std::max(all.p99, static_cast<double>(one.p99.count()));
    }
    if (with_answers > 0) all.p50 = sum / with_answers;
    return all;
}

/// A side's runs, one after another; what has no answers is left out: a gap says more than a zero.
struct course {
    std::vector<std::vector<stretch>> runs;
    std::size_t seconds = 0;
    double low = 1e18;
    double high = 0;
};

std::size_t seconds_of(std::span<const bench_result> runs) {
    std::size_t sum = 0;
    for (const bench_result& run : runs) sum += run.seconds.size();
    return sum;
}

course course_of(std::span<const bench_result> runs, std::size_t width) {
    course made;
    for (const bench_result& run : runs) {
        std::vector<stretch>& own = made.runs.emplace_back();
        const std::span<const bench_second> all = run.seconds;
        for (std::size_t i = 0; i < all.size(); i += width) {
            const stretch one =
                stretch_of(all.subspan(i, std::min(width, all.size() - i)), made.seconds + i);
            if (one.p99 == 0) continue;
            made.low = std::min(made.low, one.p50);
            made.high = std::max(made.high, one.p99);
            own.push_back(one);
        }
        made.seconds += all.size();
    }
    return made;
}

/// The lines of what is there without a gap.
void draw_piece(chart& on, const points& p50, const points& p99, const look& as) {
    on.band(p99, p50, css(as, "band"));
    on.line(p99, css(as, "line"));
    on.line(p50, css(as, "line thin"));
}

void draw_over_time(chart& on, const std::vector<stretch>& of, const look& as) {
    points p50;
    points p99;
    double end = -1;
    for (const stretch& one : of) {
        if (one.begin != end) {
            draw_piece(on, p50, p99, as);
            p50.clear();
            p99.clear();
        }
        const double middle = (one.begin + one.end) / 2;
        p50.push_back({middle, one.p50});
        p99.push_back({middle, one.p99});
        end = one.end;
    }
    draw_piece(on, p50, p99, as);
}

/// Where it is pointed at, the figures are told; a rule parts runs.
void hint_over_time(chart& on, const course& of, double top) {
    for (const std::vector<stretch>& run : of.runs) {
        if (&run != &of.runs.front() && !run.empty()) on.rule(run.front().begin);
        for (const stretch& one : run) {
            on.bar(one.begin, one.end, top, "hint",
                   fmt::format("{}: p50 {}, p99 {}, {} answers", write_seconds(one.end),
                               write_latency(one.p50), write_latency(one.p99),
                               show_count(one.answers)));
        }
    }
}

// --- percentiles ---

points percentiles_of(const histogram& of) {
    points all;
    const double nines = std::log10(static_cast<double>(of.count()));
    const auto last = static_cast<int>(nines * steps_a_nine);
    for (int i = 0; i <= last; ++i) {
        const double share = 1 - std::pow(10, -i / steps_a_nine);
        all.push_back({share, static_cast<double>(of.value_at(share * 100))});
    }
    all.push_back({1 - 1 / static_cast<double>(of.count()), high_of(of)});
    return all;
}

// --- latencies ---

/// Bars' shares of all, between values that grow by equal factors.
std::vector<double> shares_of(const histogram& of, double low, double factor) {
    std::vector<double> all;
    std::uint64_t before = 0;
    double end = low;
    for (int i = 0; i < bars; ++i) {
        end *= factor;
        const std::uint64_t upto =
            i + 1 == bars ? of.count() : of.count_to(static_cast<std::uint64_t>(end));
        all.push_back(static_cast<double>(upto - before) / static_cast<double>(of.count()));
        before = upto;
    }
    return all;
}

/// The tops of bars as one line.
points outline(const std::vector<double>& shares, double low, double factor) {
    points all;
    double at = low;
    for (const double share : shares) {
        all.push_back({at, share});
        at *= factor;
        all.push_back({at, share});
    }
    return all;
}

}  // namespace

std::string chart_of_time(std::span<const bench_result> now, std::span<const bench_result> base) {
    const std::size_t seconds = std::max(seconds_of(now), seconds_of(base));
    const std::size_t width = std::max<std::size_t>(1, (seconds + most_points - 1) / most_points);
    const course mine = course_of(now, width);
    const course theirs = course_of(base, width);
    const double low = std::min(mine.low, theirs.low);
    const double high = std::max(mine.high, theirs.high);
    if (high == 0) return {};
    chart made("Latency over time", "the p50 and the p99 of each second",
               chart_axis::even(0, static_cast<double>(seconds), write_seconds),
               chart_axis::of_latencies(low, high));
    for (const std::vector<stretch>& run : theirs.runs) draw_over_time(made, run, of_base);
    for (const std::vector<stretch>& run : mine.runs) draw_over_time(made, run, of_now);
    hint_over_time(made, mine, high * 2);
    made.explain("a line", base.empty() ? "p99" : "p99 this");
    made.explain("a line thin", base.empty() ? "p50" : "p50 this");
    if (!base.empty()) made.explain("b line", "p99 base");
    if (!base.empty()) made.explain("b line thin", "p50 base");
    if (width > 1) {
        made.note(fmt::format(
            "A point is {} seconds: the mean of their p50, the most of their p99.", width));
    }
    return made.html();
}

std::string chart_of_percentiles(const bench_result& now, const bench_result* base) {
    const histogram& mine = now.seen.latency;
    if (mine.count() == 0) return {};
    double low = low_of(mine);
    double high = high_of(mine);
    auto count = static_cast<double>(mine.count());
    const bool with_base = base != nullptr && base->seen.latency.count() > 0;
    if (with_base) {
        low = std::min(low, low_of(base->seen.latency));
        high = std::max(high, high_of(base->seen.latency));
        count = std::max(count, static_cast<double>(base->seen.latency.count()));
    }
    const bool with_raw = now.open && now.seen.service.count() > 0;
    if (with_raw) low = std::min(low, low_of(now.seen.service));
    chart made("Latency by percentile", "how long the fastest share of the requests took at most",
               chart_axis::of_nines(count), chart_axis::of_latencies(low, high));
    if (with_base) made.line(percentiles_of(base->seen.latency), "b line");
    if (with_raw) made.line(percentiles_of(now.seen.service), "a line dash");
    made.line(percentiles_of(mine), "a line");
    if (with_base || with_raw) made.explain("a line", with_base ? "this" : "from when it was due");
    if (with_raw)
        made.explain("a line dash", with_base ? "this, from the sending" : "from the sending");
    if (with_base) made.explain("b line", "base");
    return made.html();
}

std::string chart_of_latencies(const bench_result& now, const bench_result* base) {
    const histogram& mine = now.seen.latency;
    if (mine.count() == 0) return {};
    const bool with_base = base != nullptr && base->seen.latency.count() > 0;
    double low = low_of(mine);
    double high = high_of(mine);
    if (with_base) {
        low = std::min(low, low_of(base->seen.latency));
        high = std::max(high, high_of(base->seen.latency));
    }
    low = std::max(low, 1.0);
    high = std::max(high, low * 1.01);
    const double factor = std::pow(high / low, 1.0 / bars);
    const std::vector<double> shares = shares_of(mine, low, factor);
    const std::vector<double> theirs =
        with_base ? shares_of(base->seen.latency, low, factor) : std::vector<double>{0};
    const double top =
        std::max(*std::ranges::max_element(shares), *std::ranges::max_element(theirs));
    chart made("Latencies", "how many of the requests took how long",
               chart_axis::by_factors(low, high, write_latency),
               chart_axis::even(0, top, write_share));
    double from = low;
    for (const double share : shares) {
        const double to = from * factor;
        if (share > 0) {
            made.bar(from, to, share, "a bar",
                     fmt::format("{} to {}: {:.3g} %", write_latency(from), write_latency(to),
                                 share * 100));
        }
        from = to;
    }
    if (with_base) made.line(outline(theirs, low, factor), "b line");
    if (with_base) made.explain("a bar", "this");
    if (with_base) made.explain("b line", "base");
    return made.html();
}

}  // namespace grove::cmd
