// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

/// Points in time for waiting. Every blocking call of grove takes a `deadline`: absolute and
/// monotonic, so that a call inside a call cannot lengthen the whole. A `std::chrono::duration`
/// converts to "now plus that long". Use `std::chrono` types for everything else; no function of
/// grove takes a bare number for time.
///
///     queue.get(250ms);                       // waits a quarter of a second at most
///     grove::deadline whole = 2s;             // one budget ...
///     peer.read_some(buffer, whole);          // ... spent by several calls
///     peer.write_all(answer, whole);
///
/// Threads: values, usable anywhere. Under a simulation "now" is the virtual clock of the
/// calling thread's hub.

namespace grove {

/// How long: nanoseconds, signed, about 292 years at most.
using duration = std::chrono::nanoseconds;

/// When: nanoseconds of the monotonic clock, or never.
class GROVE_API deadline {
 public:
    /// Never: a wait without an end.
    constexpr deadline() noexcept = default;

    /// Now plus `from_now`. Zero or negative is already expired; what lies beyond the clock's
    /// range is never.
    template <class Rep, class Period>
    deadline(std::chrono::duration<Rep, Period> from_now)  // NOLINT(google-explicit-constructor)
        : deadline(after(saturate(from_now))) {}

    /// The present. Costs one clock read (about 18 ns).
    [[nodiscard]] static deadline now() noexcept;

    /// The instant `since_epoch` after the clock's arbitrary beginning.
    [[nodiscard]] static constexpr deadline at(duration since_epoch) noexcept {
        deadline d;
        d.nanoseconds_ = since_epoch.count();
        return d;
    }

    [[nodiscard]] constexpr bool is_never() const noexcept { return nanoseconds_ == endless; }

    /// True once the instant has come; never for `never`.
    [[nodiscard]] bool expired() const noexcept { return !is_never() && *this <= now(); }

    /// Time left: zero when expired, `duration::max()` for `never`.
    [[nodiscard]] duration remaining() const noexcept;

    [[nodiscard]] constexpr duration since_epoch() const noexcept { return duration(nanoseconds_); }

    /// This instant moved by `by`, saturating at `never`; `never` stays.
    [[nodiscard]] deadline operator+(duration by) const noexcept;

    [[nodiscard]] constexpr duration operator-(deadline other) const noexcept {
        return duration(nanoseconds_ - other.nanoseconds_);
    }

    friend constexpr auto operator<=>(deadline, deadline) noexcept = default;

 private:
    static constexpr std::int64_t endless = std::numeric_limits<std::int64_t>::max();

    [[nodiscard]] static deadline after(duration from_now) noexcept;

    template <class Rep, class Period>
    static constexpr duration saturate(std::chrono::duration<Rep, Period> d) noexcept {
        using scale = std::ratio_divide<Period, std::nano>;
        if constexpr (std::is_integral_v<Rep> && scale::den == 1) {
            if (std::cmp_greater(d.count(), endless / scale::num)) return duration::max();
            if (std::cmp_less(d.count(), -(endless / scale::num))) return duration::min();
        } else {
            constexpr std::chrono::duration<double> longest(9.0e9);
            if (d >= longest) return duration::max();
            if (d <= -longest) return duration::min();
        }
        return std::chrono::duration_cast<duration>(d);
    }

    std::int64_t nanoseconds_ = endless;
};

/// The deadline that does not come.
inline constexpr deadline never{};

/// Reads `250ms`, `1.5s`, `2m`, `1h`, `1d`, `10us`, `7ns`. Result: nullopt for a missing unit, a
/// sign, anything left over, or more than 292 years.
[[nodiscard]] GROVE_API std::optional<duration> parse_duration(std::string_view text) noexcept;

/// The shortest text that `parse_duration` reads back: `1.5s`, `250ms`, `2m`, `0s`.
[[nodiscard]] GROVE_API std::string format_duration(duration d);

}  // namespace grove
