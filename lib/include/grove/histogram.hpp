// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// How often each value was seen, from 1 to a highest one, at a relative precision that is the same
/// everywhere: an HDR histogram (high dynamic range). For latencies, whose tail matters as much as
/// their middle: a mean and a deviation say nothing of it.
///
///     grove::histogram waits;
///     waits.record(static_cast<std::uint64_t>(took.count()));  // nanoseconds
///     std::uint64_t p99 = waits.value_at(99);
///
/// Recording is an index and an addition. The memory is all taken when it is made: 270 kB for an
/// hour in nanoseconds at three digits. Two that have one scale add up exactly, whatever threads,
/// runs or machines they come from.
/// Threads: one at a time.

namespace grove {

/// What a histogram can tell apart.
struct histogram_scale {
    std::uint64_t highest = 3'600'000'000'000;  ///< an hour in nanoseconds; at least 2
    unsigned digits = 3;                        ///< that hold of each value; 1 to 5

    friend bool operator==(const histogram_scale&, const histogram_scale&) = default;
};

class GROVE_API histogram {
 public:
    /// Throws: `std::invalid_argument` for a scale out of range.
    explicit histogram(histogram_scale scale = {});

    /// A value above the highest counts as the highest (`saturated`).
    void record(std::uint64_t value, std::uint64_t times = 1) noexcept;

    /// Adds all that `other` has. Throws: `std::invalid_argument` for another scale.
    void add(const histogram& other);

    void clear() noexcept;

    /// Values recorded.
    [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

    /// Of them, above the highest.
    [[nodiscard]] std::uint64_t saturated() const noexcept { return saturated_; }

    /// Exact. Of none: 0.
    [[nodiscard]] std::uint64_t least() const noexcept { return count_ == 0 ? 0 : least_; }

    [[nodiscard]] std::uint64_t most() const noexcept { return most_; }

    /// To the histogram's precision, as all that follows. Of none: 0.
    [[nodiscard]] double mean() const noexcept;
    /// The standard deviation, of these values alone (not an estimate for others).
    [[nodiscard]] double deviation() const noexcept;

    /// The least value that `percent` of all do not exceed; `value_at(0)` is the least, 100 the
    /// most. Of none: 0.
    [[nodiscard]] std::uint64_t value_at(double percent) const noexcept;

    /// How many are at most `value`.
    [[nodiscard]] std::uint64_t count_to(std::uint64_t value) const noexcept;

    /// Values that cannot be told apart, and how many there are.
    struct cell {
        std::uint64_t from = 0;
        std::uint64_t to = 0;  ///< included
        std::uint64_t count = 0;
    };

    /// The cells that are not empty, in order.
    [[nodiscard]] std::vector<cell> cells() const;

    [[nodiscard]] const histogram_scale& scale() const noexcept { return scale_; }

    /// As HdrHistogram's V2 encoding, not compressed: a head of 40 bytes, then counts as ZigZag
    /// LEB128, runs of zeros in one. Implementations in other languages read it.
    [[nodiscard]] std::string encode() const;

    /// Result: nothing when `bytes` are no such encoding, or of more than `most_cells` cells.
    [[nodiscard]] static std::optional<histogram> decode(std::string_view bytes,
                                                         std::size_t most_cells = 1 << 20);

 private:
    [[nodiscard]] std::size_t index_of(std::uint64_t value) const noexcept;
    [[nodiscard]] std::uint64_t first_of(std::size_t index) const noexcept;
    [[nodiscard]] std::uint64_t last_of(std::size_t index) const noexcept;
    [[nodiscard]] double middle_of(std::size_t index) const noexcept;
    [[nodiscard]] std::size_t used() const noexcept;
    [[nodiscard]] bool take_counts(std::string_view bytes);

    histogram_scale scale_;
    unsigned half_bits_ = 0;  // of the cells in half a bucket
    std::uint64_t mask_ = 0;  // values below it have a cell each
    std::vector<std::uint64_t> counts_;
    std::uint64_t count_ = 0;
    std::uint64_t saturated_ = 0;
    std::uint64_t least_ = 0;
    std::uint64_t most_ = 0;
};

}  // namespace grove
