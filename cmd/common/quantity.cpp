// SPDX-License-Identifier: MIT
// A number whose unit is not known before: the literals of expressions.
#include "cmd/common/units.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace grove::cmd {

namespace {

constexpr double nanoseconds_a_second = 1e9;

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

std::string plain_text(double value) {
    return fmt::format("{}", value);
}

}  // namespace

std::optional<text_error> parse_value(std::string_view text, quantity& into) {
    if (text.empty() || !(is_digit(text.front()) || text.front() == '.')) {
        return text_error{"is not a number", 0, {}};
    }
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (error != std::errc{} || !std::isfinite(number)) return text_error{"is not a number", 0, {}};
    const auto digits = static_cast<std::size_t>(stop - text.data());
    const std::string_view suffix = text.substr(digits);

    if (suffix.empty()) {
        into = {number, unit_kind::plain};
    } else if (suffix == "%") {
        into = {number / 100, unit_kind::ratio};
    } else if (duration time{}; !parse_value(text, time)) {
        into = {static_cast<double>(time.count()) / nanoseconds_a_second, unit_kind::duration};
    } else if (byte_size size; !parse_value(text, size)) {
        into = {static_cast<double>(size.bytes), unit_kind::size};
    } else if (byte_rate bytes;
               suffix.front() != '/' && suffix.ends_with("B/s") && !parse_value(text, bytes)) {
        into = {bytes.bytes_per_second, unit_kind::byte_rate};
    } else if (event_rate events;
               suffix.find('/') != std::string_view::npos && !parse_value(text, events)) {
        into = {events.per_second, unit_kind::event_rate};
    } else {
        return text_error{fmt::format("unknown unit \"{}\"", suffix), digits,
                          "units are ms s m h d, kB MB GB, KiB MiB GiB, %, /s and MB/s"};
    }
    return std::nullopt;
}

std::string format_value(quantity value) {
    switch (value.kind) {
        case unit_kind::plain:
            return plain_text(value.value);
        case unit_kind::ratio:
            return plain_text(value.value * 100) + "%";
        case unit_kind::duration:
            return format_duration(duration(std::llround(value.value * nanoseconds_a_second)));
        case unit_kind::size: {
            const byte_size size{static_cast<std::uint64_t>(value.value)};
            const std::string text = format_value(size);
            // A bare number would read back as a plain one.
            return is_digit(text.back()) ? text + "B" : text;
        }
        case unit_kind::byte_rate: {
            std::string text = format_value(byte_rate{value.value});
            if (is_digit(text[text.size() - 3])) text.insert(text.size() - 2, "B");
            return text;
        }
        case unit_kind::event_rate:
            return format_value(event_rate{value.value});
    }
    return {};
}

std::string_view describe_kind(unit_kind kind) noexcept {
    switch (kind) {
        case unit_kind::plain:
            return "a plain number";
        case unit_kind::duration:
            return "a duration";
        case unit_kind::size:
            return "a size";
        case unit_kind::byte_rate:
            return "a rate in bytes";
        case unit_kind::event_rate:
            return "a rate";
        case unit_kind::ratio:
            return "a percentage";
    }
    return {};
}

}  // namespace grove::cmd
