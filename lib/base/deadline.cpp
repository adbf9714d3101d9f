// SPDX-License-Identifier: MIT
#include "base/clock.hpp"

#include <grove/deadline.hpp>

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace grove {

namespace detail {
thread_local constinit const std::int64_t* virtual_now = nullptr;
}

namespace {

struct unit {
    std::string_view name;
    std::int64_t nanoseconds;
};

constexpr std::array units{unit{"d", 86'400'000'000'000},
                           unit{"h", 3'600'000'000'000},
                           unit{"m", 60'000'000'000},
                           unit{"s", 1'000'000'000},
                           unit{"ms", 1'000'000},
                           unit{"us", 1'000},
                           unit{"ns", 1}};

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

}  // namespace

deadline deadline::now() noexcept {
    return at(duration(detail::clock_now()));
}

deadline deadline::after(duration from_now) noexcept {
    return from_now == duration::max() ? never : now() + from_now;
}

deadline deadline::operator+(duration by) const noexcept {
    std::int64_t sum = 0;
    if (is_never() || __builtin_add_overflow(nanoseconds_, by.count(), &sum)) {
        return by.count() < 0 && !is_never() ? at(duration::min()) : never;
    }
    return at(duration(sum));
}

duration deadline::remaining() const noexcept {
    if (is_never()) return duration::max();
    const deadline present = now();
    return *this <= present ? duration::zero() : *this - present;
}

std::optional<duration> parse_duration(std::string_view text) noexcept {
    double number = 0;
    const auto [rest, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc{} || text.front() == '-' || !std::isfinite(number)) return std::nullopt;
    const std::string_view suffix(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
    for (const unit& u : units) {
        if (u.name != suffix) continue;
        const double scaled = number * static_cast<double>(u.nanoseconds);
        if (scaled >= static_cast<double>(largest)) return std::nullopt;
        return duration(std::llround(scaled));
    }
    return std::nullopt;
}

std::string format_duration(duration d) {
    if (d == duration::zero()) return "0s";
    const std::uint64_t whole = d.count() < 0 ? 0 - static_cast<std::uint64_t>(d.count())
                                              : static_cast<std::uint64_t>(d.count());
    const char* sign = d.count() < 0 ? "-" : "";
    for (const unit& u : units) {
        const auto size = static_cast<std::uint64_t>(u.nanoseconds);
        if (whole < size) continue;
        if (whole % size == 0) return fmt::format("{}{}{}", sign, whole / size, u.name);
        if (size > 1'000'000'000) continue;  // 1.5h reads worse than 90m
        return fmt::format("{}{:.6g}{}", sign,
                           static_cast<double>(whole) / static_cast<double>(size), u.name);
    }
    return fmt::format("{}{}ns", sign, whole);
}

}  // namespace grove
