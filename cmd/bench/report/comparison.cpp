// SPDX-License-Identifier: MIT
#include "cmd/bench/report/comparison.hpp"

#include "cmd/bench/report/shift_estimate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace grove::cmd {
namespace {

constexpr double confidence = 0.99;

enum class scale : unsigned char { factor, difference };
enum class good : unsigned char { more, less };

/// A figure of a run.
struct figure {
    std::string_view name;
    scale measured;
    good is;
    double (*of)(const bench_result&);
};

double seconds_at(const bench_result& run, double percent) {
    return static_cast<double>(run.seen.latency.value_at(percent)) / 1e9;
}

constexpr std::array figures{
    figure{"rate", scale::factor, good::more, [](const bench_result& run) { return run.rate(); }},
    figure{"mean", scale::factor, good::less,
           [](const bench_result& run) { return run.seen.latency.mean() / 1e9; }},
    figure{"p50", scale::factor, good::less,
           [](const bench_result& run) { return seconds_at(run, 50); }},
    figure{"p99", scale::factor, good::less,
           [](const bench_result& run) { return seconds_at(run, 99); }},
    figure{"errors", scale::difference, good::less,
           [](const bench_result& run) { return run.seen.error_ratio(); }},
};

const figure& find(std::string_view name) {
    return *std::ranges::find(figures, name, &figure::name);
}

std::vector<double> values_of(const figure& what, std::span<const bench_result> runs) {
    std::vector<double> all;
    for (const bench_result& run : runs) all.push_back(what.of(run));
    return all;
}

/// Factors are compared as differences of logarithms.
std::vector<double> compared(const figure& what, std::vector<double> values) {
    if (what.measured == scale::factor) {
        for (double& value : values) value = std::log(value);
    }
    return values;
}

double as_change(const figure& what, double shift) {
    return what.measured == scale::factor ? std::expm1(shift) : shift;
}

bool has_zero(const std::vector<double>& values) {
    return std::ranges::any_of(values, [](double value) { return value <= 0; });
}

change judge(const figure& what, const figure_change& seen, percentage tolerance) {
    const bool shows = seen.low > 0 || seen.high < 0;
    if (!shows || std::abs(seen.by) < tolerance.ratio()) return change::none;
    return (seen.by > 0) == (what.is == good::more) ? change::better : change::worse;
}

figure_change change_of(const figure& what, const std::vector<double>& base,
                        const std::vector<double>& now, percentage tolerance) {
    const shift_estimate shift =
        estimate_shift(compared(what, base), compared(what, now), confidence);
    figure_change seen{.name = what.name, .base = median(base), .now = median(now)};
    seen.by = as_change(what, shift.middle);
    seen.low = as_change(what, shift.low);
    seen.high = as_change(what, shift.high);
    // Half of the width would show every other time.
    seen.visible = std::max(as_change(what, shift.high - shift.low), tolerance.ratio());
    seen.verdict = judge(what, seen, tolerance);
    return seen;
}

/// Two digits, or one behind the point; none of a hundred or more.
std::string show_percent(double by) {
    constexpr double two_digits = 9.95;
    constexpr double whole = 99.95;
    const double percent = by * 100;
    if (std::abs(percent) >= whole) return fmt::format("{:.0f}", percent);
    return std::abs(percent) >= two_digits ? fmt::format("{:.1f}", percent)
                                           : fmt::format("{:.2g}", percent);
}

std::string_view unit(const figure& what) {
    return what.measured == scale::factor ? " %" : " points";
}

/// `10.2 %`, or `2 points` of a percentage.
std::string show_change(const figure& what, double by) {
    return show_percent(std::abs(by)).append(unit(what));
}

std::string direction(const figure& what, double by) {
    if (what.measured == scale::difference) return by > 0 ? "more" : "fewer";
    return by > 0 ? "higher" : "lower";
}

/// `8.1 to 12 %`: signs only where the interval's ends differ in theirs.
std::string show_interval(const figure& what, const figure_change& of) {
    const double sign = of.by < 0 ? -1 : 1;
    double near = of.low * sign;
    double far = of.high * sign;
    if (near > far) std::swap(near, far);
    return (show_percent(near) + " to " + show_percent(far)).append(unit(what));
}

std::string_view to_string(change verdict) {
    static constexpr std::array<std::string_view, 3> names{"none", "better", "worse"};
    return names[static_cast<std::size_t>(verdict)];
}

}  // namespace

bool comparison::has(change what) const noexcept {
    return std::ranges::any_of(figures,
                               [&](const figure_change& one) { return one.verdict == what; });
}

std::string comparison::list(change what) const {
    std::string text;
    for (const figure_change& one : figures) {
        if (one.verdict != what) continue;
        const figure& kind = find(one.name);
        text += fmt::format("{}{} {} {}", text.empty() ? "" : ", ", one.name,
                            show_change(kind, one.by), direction(kind, one.by));
    }
    return text;
}

comparison compare(std::span<const bench_result> base, std::span<const bench_result> now,
                   percentage tolerance) {
    comparison made{.base_runs = base.size(), .runs = now.size(), .figures = {}};
    for (const figure& what : figures) {
        const std::vector<double> those = values_of(what, base);
        const std::vector<double> these = values_of(what, now);
        if (what.measured == scale::factor && (has_zero(those) || has_zero(these))) continue;
        made.figures.push_back(change_of(what, those, these, tolerance));
    }
    return made;
}

std::string to_words(const figure_change& of) {
    const figure& kind = find(of.name);
    const bool shows = of.low > 0 || of.high < 0;
    if (!shows && of.base == of.now && of.low == of.high) return "no difference";
    if (!shows) {
        return fmt::format("no difference that these runs could show ({} would have shown)",
                           show_change(kind, of.visible));
    }
    return fmt::format("{} {} (99 % interval {}){}", show_change(kind, of.by),
                       direction(kind, of.by), show_interval(kind, of),
                       of.verdict == change::none ? ": too little to count" : "");
}

std::string show_figure(std::string_view name, double value) {
    if (name == "errors") return fmt::format("{:.2f} %", value * 100);
    if (name == "rate") return show_events(value);
    return show_latency(duration(std::llround(value * 1e9)));
}

std::string to_table(const comparison& of) {
    std::string text = fmt::format("  {:<7} {:>11} {:>11}\n", "", "base", "this");
    for (const figure_change& one : of.figures) {
        text +=
            fmt::format("  {:<7} {:>11} {:>11}   {}\n", one.name, show_figure(one.name, one.base),
                        show_figure(one.name, one.now), to_words(one));
    }
    return text;
}

void add_to(json_object& object, const comparison& of) {
    object.add("base_runs", of.base_runs).add("runs", of.runs).add("confidence", confidence);
    object.add("worse", of.has(change::worse)).add("better", of.has(change::better));
    object.open("figures");
    for (const figure_change& one : of.figures) {
        object.open(one.name).add("base", one.base).add("now", one.now);
        object.add("change", one.by).add("low", one.low).add("high", one.high);
        object.add("visible", one.visible).add("verdict", to_string(one.verdict)).close();
    }
    object.close();
}

}  // namespace grove::cmd
