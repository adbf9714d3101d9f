// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

/// By how much one set of samples lies above another, without a belief about how they are spread.
///
/// The estimate is the median of all differences between a sample here and one there
/// (Hodges-Lehmann); the interval is that of the Mann-Whitney test, exact for any distribution, as
/// long as the samples are independent. Samples are whole runs: the latencies of one run hang
/// together (its connections, its memory, the minute in which it ran), so that a test over a
/// million of them finds a difference between any two runs.

namespace grove::cmd {

struct shift_estimate {
    double middle = 0;
    double low = 0;
    double high = 0;
};

/// The least number of samples a side that an interval needs: with less, none is narrow enough to
/// ever leave out zero at 99 %.
inline constexpr std::size_t least_samples = 5;

/// How far `these` are above `those`, each of `least_samples` to `most_samples`. The interval holds
/// the truth in at least `confidence` of all cases.
[[nodiscard]] shift_estimate estimate_shift(std::span<const double> those,
                                            std::span<const double> these,
                                            double confidence = 0.99);

inline constexpr std::size_t most_samples = 100;

[[nodiscard]] double median(std::span<const double> of);

}  // namespace grove::cmd
