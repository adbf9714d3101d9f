// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/text_error.hpp"

#include <grove/deadline.hpp>

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

/// The quantities that people write on command lines and in recipes, each with a type of its own,
/// and the one place that reads and prints them.
///
/// | kind       | written                    | means                                              |
/// |------------|----------------------------|----------------------------------------------------|
/// | size       | `4096` `64k` `1.5G`        | bytes; a lone letter k M G T is a power of 1024,   |
/// |            |                            | as in curl's and wget's `--limit-rate`             |
/// |            | `10MiB` `10Mi`             | a power of 1024                                    |
/// |            | `10MB` `10kB`              | a power of 1000                                    |
/// | byte rate  | `10MB/s` `64k`             | bytes a second; `/s` may be left out               |
/// | event rate | `1000/s` `2k/s` `90/m`     | events a second, minute, hour or day               |
/// | count      | `500` `10k` `1M`           | a number of things: powers of 1000                 |
/// | percentage | `0.1%`                     |                                                    |
/// | duration   | `250ms` `1.5s` `2m` `1h`   | grove::parse_duration                              |
///
/// Letters of sizes and counts have no case; after a slash, and in a duration, `m` is minutes.
/// Fractions are allowed before a unit; digits may not be grouped. The whole text must fit: nothing
/// may be left over, and what exceeds the type is an error, never a wrapped number.
///
/// `parse_value(text, into)` stores and returns nullopt, or leaves `into` alone and returns what is
/// wrong and at which byte. `format_value` gives a text that `parse_value` reads back as the same
/// value; the `show_*` functions round, for people.
///
/// Threads: pure functions, usable anywhere.

namespace grove::cmd {

struct byte_size {
    std::uint64_t bytes = 0;
    friend auto operator<=>(byte_size, byte_size) = default;
};

struct byte_rate {
    double bytes_per_second = 0;
    friend auto operator<=>(byte_rate, byte_rate) = default;
};

struct event_rate {
    double per_second = 0;
    friend auto operator<=>(event_rate, event_rate) = default;
};

struct percentage {
    double percent = 0;

    [[nodiscard]] constexpr double ratio() const noexcept { return percent / 100; }

    friend auto operator<=>(percentage, percentage) = default;
};

[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, byte_size& into);
[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, byte_rate& into);
[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, event_rate& into);
[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, percentage& into);
[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, duration& into);

/// A count within `[least, most]`. A fraction is allowed where the result is whole: `1.5k`.
[[nodiscard]] std::optional<text_error> parse_count(std::string_view text, std::int64_t least,
                                                    std::uint64_t most, std::uint64_t& into);

[[nodiscard]] std::string format_value(byte_size value);
[[nodiscard]] std::string format_value(byte_rate value);
[[nodiscard]] std::string format_value(event_rate value);
[[nodiscard]] std::string format_value(percentage value);
[[nodiscard]] std::string format_value(duration value);

/// Three digits and a decimal unit, seven columns at most: `0 B`, `999 B`, `1.23 MB`, `12.3 GB`.
[[nodiscard]] std::string show_size(std::uint64_t bytes);

/// `1.23 MB/s`.
[[nodiscard]] std::string show_rate(double bytes_per_second);

/// For clocks and ETAs, rounded to what a person reads: `0.4s`, `12s`, `3m05s`, `2h07m`, `4d03h`.
[[nodiscard]] std::string show_duration(duration value);

/// `12 345/s`; below a thousand with four digits, `12.35/s`.
[[nodiscard]] std::string show_events(double per_second);

/// Three digits and a unit, for times that are compared: `850 ns`, `12.3 us`, `1.23 ms`, `12.3 s`.
[[nodiscard]] std::string show_latency(duration value);

/// Thousands apart: `12 345`.
[[nodiscard]] std::string show_count(std::uint64_t value);

/// What `number unit` means in an expression or an option, whichever kind the unit belongs to.
enum class unit_kind : unsigned char {
    plain,       ///< no unit
    duration,    ///< seconds
    size,        ///< bytes
    byte_rate,   ///< bytes a second
    event_rate,  ///< events a second
    ratio,       ///< a share: 5% is 0.05
};

struct quantity {
    double value = 0;  ///< in the base unit that `unit_kind` names
    unit_kind kind = unit_kind::plain;
    friend bool operator==(quantity, quantity) = default;
};

/// Reads a number with or without a unit of any kind. Lone letters: `k K M G T` are sizes, `m` is
/// minutes, `s h d` are times.
[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, quantity& into);

/// A text that reads back as the same quantity.
[[nodiscard]] std::string format_value(quantity value);

/// The kind as messages call it: `a duration`, `a size`, `a plain number`.
[[nodiscard]] std::string_view describe_kind(unit_kind kind) noexcept;

}  // namespace grove::cmd
