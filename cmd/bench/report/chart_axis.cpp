// SPDX-License-Identifier: MIT
#include "cmd/bench/report/chart_axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace grove::cmd {
namespace {

constexpr int steps = 5;           // that an even axis has about
constexpr int most_labels = 8;     // that an axis by factors has at most
constexpr double wide_range = 20;  // from which factors tell more
constexpr double most_nines = 12;

/// The 1, 2 or 5 times a power of ten that is at least `value`.
double round_up(double value) {
    const double power = std::pow(10, std::floor(std::log10(value)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (value <= factor * power * 1.0000001) return factor * power;
    }
    return 10 * power;
}

double round_down(double value) {
    return 1 / round_up(1 / value);
}

/// 1, 2, 5, 10, 20, ... from `low` to `high`, or powers of ten alone.
std::vector<double> round_values(double low, double high, bool powers_alone) {
    std::vector<double> all;
    for (double value = low; value <= high * 1.0000001; value = round_up(value * 1.5)) {
        const double power = std::log10(value);
        if (!powers_alone || std::abs(power - std::round(power)) < 1e-6) all.push_back(value);
    }
    return all;
}

}  // namespace

std::string write_latency(double nanoseconds) {
    struct unit {
        double size;
        const char* name;
    };

    static constexpr std::array units{unit{1e9, "s"}, unit{1e6, "ms"}, unit{1e3, "µs"}};
    if (nanoseconds == 0) return "0";
    for (const unit& one : units) {
        if (nanoseconds >= one.size * 0.9995)
            return fmt::format("{:.3g} {}", nanoseconds / one.size, one.name);
    }
    return fmt::format("{:.3g} ns", nanoseconds);
}

std::string write_count(double count) {
    if (count >= 1e6) return fmt::format("{:.3g}M", count / 1e6);
    if (count >= 1e3) return fmt::format("{:.3g}k", count / 1e3);
    return fmt::format("{:.3g}", count);
}

std::string write_seconds(double seconds) {
    constexpr double minute = 60;
    const double minutes = seconds / minute;
    if (seconds >= 2 * minute && minutes == std::floor(minutes))
        return fmt::format("{} min", minutes);
    return fmt::format("{:.4g} s", seconds);
}

std::string write_share(double share) {
    return fmt::format("{:.3g} %", share * 100);
}

chart_axis::chart_axis(kind as, double low, double high) : as_(as), low_(low), high_(high) {}

chart_axis chart_axis::even(double low, double high, writer write) {
    if (high <= low) high = low + 1;
    const double step = round_up((high - low) / steps);
    const double first = std::floor(low / step);
    const auto count = static_cast<int>(std::ceil(high / step - 1e-9) - first);
    chart_axis made(kind::even, first * step, (first + count) * step);
    for (int i = 0; i <= count; ++i) made.add_tick((first + i) * step, write((first + i) * step));
    return made;
}

chart_axis chart_axis::by_factors(double low, double high, writer write) {
    low = round_down(low);
    high = std::max(round_up(high), 2 * low);
    chart_axis made(kind::factors, std::log(low), std::log(high));
    std::vector<double> labelled = round_values(low, high, false);
    if (labelled.size() > most_labels) labelled = round_values(low, high, true);
    for (const double value : labelled) made.add_tick(value, write(value));
    return made;
}

chart_axis chart_axis::of_latencies(double low, double high) {
    low = std::max(low, 1.0);
    return high >= wide_range * low ? by_factors(low, high, write_latency)
                                    : even(0, high, write_latency);
}

chart_axis chart_axis::of_nines(double count) {
    const double nines = std::clamp(std::log10(std::max(count, 1.0)), 1.0, most_nines);
    chart_axis made(kind::nines, 0, nines);
    made.add_tick(0, "0");
    made.add_tick(0.5, "p50");
    for (int i = 1; i <= static_cast<int>(nines); ++i)
        made.add_tick(1 - std::pow(10, -i),
                      fmt::format("p{:.{}f}", 100 - std::pow(10, 2 - i), std::max(i - 2, 0)));
    return made;
}

double chart_axis::measure(double value) const {
    switch (as_) {
        case kind::factors:
            return value > 0 ? std::log(value) : low_;
        case kind::nines:
            return value < 1 ? -std::log10(1 - value) : high_;
        default:
            return value;
    }
}

double chart_axis::place(double value) const {
    return std::clamp((measure(value) - low_) / (high_ - low_), 0.0, 1.0);
}

double chart_axis::value(double place) const {
    const double measured = low_ + place * (high_ - low_);
    switch (as_) {
        case kind::factors:
            return std::exp(measured);
        case kind::nines:
            return 1 - std::pow(10, -measured);
        default:
            return measured;
    }
}

void chart_axis::add_tick(double value, std::string label) {
    ticks_.push_back({place(value), std::move(label)});
}

}  // namespace grove::cmd
