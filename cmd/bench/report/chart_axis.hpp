// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Where values go on a chart's axis, and the round ones that are written beside it.

namespace grove::cmd {

class chart_axis {
 public:
    /// How a value is written.
    using writer = std::string (*)(double value);

    struct tick {
        double place = 0;  ///< 0 to 1
        std::string label;
    };

    /// Evenly from `low` to `high`, which grow to the next round values.
    [[nodiscard]] static chart_axis even(double low, double high, writer write);

    /// By factors: from `low` to `high`, both above zero, which grow to 1, 2 or 5 times a power of
    /// ten.
    [[nodiscard]] static chart_axis by_factors(double low, double high, writer write);

    /// For latencies in nanoseconds: even from zero, by factors where `high` is twenty times `low`.
    [[nodiscard]] static chart_axis of_latencies(double low, double high);

    /// Shares of all from 0 to those that one of `count` has, each nine as wide as the one before.
    /// A place is that of the share, 0 to below 1.
    [[nodiscard]] static chart_axis of_nines(double count);

    /// 0 to 1; values beyond the ends lie on them.
    [[nodiscard]] double place(double value) const;

    /// The value at a place.
    [[nodiscard]] double value(double place) const;

    [[nodiscard]] const std::vector<tick>& ticks() const noexcept { return ticks_; }

 private:
    enum class kind : unsigned char { even, factors, nines };

    chart_axis(kind as, double low, double high);
    [[nodiscard]] double measure(double value) const;
    void add_tick(double value, std::string label);

    kind as_;
    double low_;  // as `measure` gives it
    double high_;
    std::vector<tick> ticks_;
};

/// `1.5 ms` of nanoseconds, without zeros behind the point; `0`.
[[nodiscard]] std::string write_latency(double nanoseconds);

/// `120`, `1.5k`, `2M`.
[[nodiscard]] std::string write_count(double count);

/// `12 s`, `5 min`.
[[nodiscard]] std::string write_seconds(double seconds);

/// `12 %` of a share.
[[nodiscard]] std::string write_share(double share);

}  // namespace grove::cmd
