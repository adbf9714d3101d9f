// SPDX-License-Identifier: MIT
#include "cmd/common/units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace grove::cmd {

namespace {

constexpr double kilo = 1000;
constexpr double kibi = 1024;
constexpr double above_uint64 = 18446744073709551616.0;

struct unit {
    std::string_view name;
    double factor;
};

// In the order in which a value is tried to be printed: the largest whole one wins.
constexpr std::array size_units{unit{"TiB", kibi* kibi* kibi* kibi},
                                unit{"TB", kilo* kilo* kilo* kilo},
                                unit{"GiB", kibi* kibi* kibi},
                                unit{"GB", kilo* kilo* kilo},
                                unit{"MiB", kibi* kibi},
                                unit{"MB", kilo* kilo},
                                unit{"KiB", kibi},
                                unit{"kB", kilo},
                                unit{"B", 1},
                                unit{"T", kibi* kibi* kibi* kibi},
                                unit{"G", kibi* kibi* kibi},
                                unit{"M", kibi* kibi},
                                unit{"k", kibi},
                                unit{"Ti", kibi* kibi* kibi* kibi},
                                unit{"Gi", kibi* kibi* kibi},
                                unit{"Mi", kibi* kibi},
                                unit{"Ki", kibi}};

constexpr std::array count_units{unit{"G", kilo* kilo* kilo}, unit{"M", kilo* kilo},
                                 unit{"k", kilo}};

constexpr std::array period_units{unit{"s", 1}, unit{"m", 60}, unit{"h", 3600}, unit{"d", 86400}};

constexpr std::string_view size_hint = "sizes are written like 4096, 64k, 10MiB or 1.5GB";
constexpr std::string_view event_rate_hint = "rates are written like 100/s, 2k/s or 90/m";
constexpr std::string_view duration_hint = "times are written like 250ms, 1.5s, 2m or 1h";
constexpr std::string_view percentage_hint = "percentages are written like 5% or 0.1%";

text_error fail(std::string what, std::size_t offset, std::string_view hint = {}) {
    return {std::move(what), offset, std::string(hint)};
}

bool equal_without_case(std::string_view a, std::string_view b) noexcept {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) return false;
    }
    return true;
}

template <class Units>
const unit* find_unit(const Units& units, std::string_view name) noexcept {
    for (const unit& candidate : units) {
        if (equal_without_case(candidate.name, name)) return &candidate;
    }
    return nullptr;
}

// Splits `text` into a number and what follows it. No sign, no blanks, no exponent: `1e` begins
// hexadecimal digests and `1E` would be a unit.
std::optional<text_error> split_number(std::string_view text, double& number,
                                       std::string_view& rest, std::string_view hint) {
    if (text.empty()) return fail("a value is missing", 0, hint);
    if (text.front() == '-') return fail("cannot be negative", 0, hint);
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
    if (error != std::errc{} || !std::isfinite(number)) return fail("is not a number", 0, hint);
    rest = std::string_view(stop, static_cast<std::size_t>(end - stop));
    return std::nullopt;
}

text_error unknown_unit(std::string_view text, std::string_view suffix, std::string_view hint) {
    return fail(fmt::format("unknown unit \"{}\"", suffix), text.size() - suffix.size(), hint);
}

std::optional<text_error> parse_bytes(std::string_view text, double& bytes) {
    std::string_view suffix;
    if (auto wrong = split_number(text, bytes, suffix, size_hint)) return wrong;
    if (suffix.empty()) return std::nullopt;
    const unit* found = find_unit(size_units, suffix);
    if (found == nullptr) return unknown_unit(text, suffix, size_hint);
    bytes *= found->factor;
    return std::nullopt;
}

template <class Units>
std::string print_scaled(double value, const Units& units, double least_factor) {
    for (const unit& candidate : units) {
        const double scaled = value / candidate.factor;
        if (candidate.factor > least_factor && scaled >= 1 && scaled == std::floor(scaled)) {
            return fmt::format("{:.0f}{}", scaled, candidate.name);
        }
    }
    return fmt::format("{}", value);
}

// Three significant digits: 1.23, 12.3, 123.
std::string three_digits(double value) {
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f}", value, decimals);
}

}  // namespace

std::optional<text_error> parse_value(std::string_view text, byte_size& into) {
    // Digits alone are exact; a double would round above 2^53.
    std::uint64_t whole = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, whole);
    if (error == std::errc{} && stop == end) {
        into.bytes = whole;
        return std::nullopt;
    }
    double bytes = 0;
    if (auto wrong = parse_bytes(text, bytes)) return wrong;
    if (bytes >= above_uint64) return fail("is more than 16 EiB", 0);
    if (bytes > 0 && bytes < 1) return fail("is less than a byte", 0);
    into.bytes = static_cast<std::uint64_t>(bytes);
    return std::nullopt;
}

std::optional<text_error> parse_value(std::string_view text, byte_rate& into) {
    std::string_view number = text;
    if (number.ends_with("/s")) number.remove_suffix(2);
    double bytes = 0;
    if (auto wrong = parse_bytes(number, bytes)) return wrong;
    if (bytes <= 0) return fail("must be above zero", 0);
    into.bytes_per_second = bytes;
    return std::nullopt;
}

std::optional<text_error> parse_value(std::string_view text, event_rate& into) {
    const std::size_t slash = text.find('/');
    double number = 0;
    std::string_view suffix;
    if (auto wrong = split_number(text.substr(0, slash), number, suffix, event_rate_hint)) {
        return wrong;
    }
    if (slash == std::string_view::npos) {
        return fail("has no time", text.size(), "write 100/s, 90/m or 5/h");
    }
    const unit* scale = find_unit(count_units, suffix);
    if (!suffix.empty() && scale == nullptr) {
        return unknown_unit(text.substr(0, slash), suffix, event_rate_hint);
    }
    const unit* period = find_unit(period_units, text.substr(slash + 1));
    if (period == nullptr) {
        return fail(fmt::format("unknown time \"{}\"", text.substr(slash + 1)), slash + 1,
                    event_rate_hint);
    }
    const double rate = number * (scale == nullptr ? 1 : scale->factor) / period->factor;
    if (rate <= 0) return fail("must be above zero", 0);
    into.per_second = rate;
    return std::nullopt;
}

std::optional<text_error> parse_value(std::string_view text, percentage& into) {
    double number = 0;
    std::string_view suffix;
    if (auto wrong = split_number(text, number, suffix, percentage_hint)) return wrong;
    if (suffix.empty()) return fail("has no percent sign", text.size(), percentage_hint);
    if (suffix != "%") return unknown_unit(text, suffix, percentage_hint);
    into.percent = number;
    return std::nullopt;
}

std::optional<text_error> parse_value(std::string_view text, duration& into) {
    double number = 0;
    std::string_view suffix;
    if (auto wrong = split_number(text, number, suffix, duration_hint)) return wrong;
    if (suffix.empty()) {
        return fail("has no unit", text.size(), fmt::format("{}s is in seconds", text));
    }
    const auto parsed = parse_duration(text);
    if (parsed) {
        into = *parsed;
        return std::nullopt;
    }
    if (parse_duration(fmt::format("1{}", suffix))) return fail("is more than 292 years", 0);
    return unknown_unit(text, suffix, duration_hint);
}

std::optional<text_error> parse_count(std::string_view text, std::int64_t least, std::uint64_t most,
                                      std::uint64_t& into) {
    const char* const end = text.data() + text.size();
    if (least < 0 && text.starts_with('-')) {
        std::int64_t negative = 0;
        const auto [stop, error] = std::from_chars(text.data(), end, negative);
        if (error != std::errc{} || stop != end) return fail("is not a number", 0);
        if (negative < least) return fail(fmt::format("must be at least {}", least), 0);
        into = static_cast<std::uint64_t>(negative);
        return std::nullopt;
    }
    std::uint64_t whole = 0;
    const auto [stop, error] = std::from_chars(text.data(), end, whole);
    if (error != std::errc{} || stop != end) {
        double number = 0;
        std::string_view suffix;
        if (auto wrong = split_number(text, number, suffix, {})) return wrong;
        const unit* scale = find_unit(count_units, suffix);
        if (!suffix.empty() && scale == nullptr) {
            return unknown_unit(text, suffix, "numbers are written like 500, 10k or 1M");
        }
        number *= scale == nullptr ? 1 : scale->factor;
        if (number >= above_uint64) return fail(fmt::format("must be at most {}", most), 0);
        if (number != std::floor(number)) return fail("must be a whole number", 0);
        whole = static_cast<std::uint64_t>(number);
    }
    if (whole > most) return fail(fmt::format("must be at most {}", most), 0);
    into = whole;
    return std::nullopt;
}

std::string format_value(byte_size value) {
    const auto bytes = static_cast<double>(value.bytes);
    if (static_cast<std::uint64_t>(bytes) != value.bytes) return std::to_string(value.bytes);
    return print_scaled(bytes, size_units, 1);
}

std::string format_value(byte_rate value) {
    return print_scaled(value.bytes_per_second, size_units, 1) + "/s";
}

std::string format_value(event_rate value) {
    for (const unit& period : period_units) {
        const double events = value.per_second * period.factor;
        if (events == std::floor(events)) return fmt::format("{:.0f}/{}", events, period.name);
    }
    return fmt::format("{}/s", value.per_second);
}

std::string format_value(percentage value) {
    return fmt::format("{}%", value.percent);
}

std::string format_value(duration value) {
    return format_duration(value);
}

std::string show_size(std::uint64_t bytes) {
    static constexpr std::array<std::string_view, 6> names{"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000) return fmt::format("{} B", bytes);
    double scaled = static_cast<double>(bytes) / kilo;
    std::size_t at = 0;
    while (scaled >= 999.5 && at + 1 < names.size()) {
        scaled /= kilo;
        ++at;
    }
    return fmt::format("{} {}", three_digits(scaled), names[at]);
}

std::string show_rate(double bytes_per_second) {
    const double whole =
        std::isfinite(bytes_per_second) && bytes_per_second > 0 ? bytes_per_second : 0;
    return show_size(static_cast<std::uint64_t>(std::min(whole, 1e18))) + "/s";
}

std::string show_duration(duration value) {
    const auto count = std::max<std::int64_t>(value.count(), 0);
    const auto tenths = (count + 50'000'000) / 100'000'000;
    if (tenths < 100) return fmt::format("{}.{}s", tenths / 10, tenths % 10);
    const auto seconds = (count + 500'000'000) / 1'000'000'000;
    if (seconds < 60) return fmt::format("{}s", seconds);
    if (seconds < 3600) return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
    const auto minutes = seconds / 60;
    if (minutes < std::int64_t{24} * 60)
        return fmt::format("{}h{:02}m", minutes / 60, minutes % 60);
    const auto hours = minutes / 60;
    return fmt::format("{}d{:02}h", hours / 24, hours % 24);
}

std::string show_latency(duration value) {
    static constexpr std::array<const char*, 4> units{"ns", "us", "ms", "s"};
    const auto count = std::max<std::int64_t>(value.count(), 0);
    if (count < 1000) return fmt::format("{} ns", count);
    auto number = static_cast<double>(count);
    std::size_t unit = 0;
    // What rounds to 1000 belongs to the next unit.
    for (; number >= 999.5 && unit + 1 < units.size(); ++unit) number /= 1000;
    const int decimals = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f} {}", number, decimals, units[unit]);
}

std::string show_events(double per_second) {
    constexpr double whole = 1000;
    if (per_second >= whole)
        return show_count(static_cast<std::uint64_t>(std::llround(per_second))) + "/s";
    return fmt::format("{:.4g}/s", per_second);
}

std::string show_count(std::uint64_t value) {
    std::string digits = std::to_string(value);
    for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ' ');
    return digits;
}

}  // namespace grove::cmd
