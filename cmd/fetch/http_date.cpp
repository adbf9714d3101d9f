// SPDX-License-Identifier: MIT
#include "cmd/fetch/http_date.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace grove::cmd {

namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> long_days{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                    "Friday", "Saturday", "Sunday"};

// Reads pieces off the front of a text; after the first that does not fit, `ok` stays false.
struct scanner {
    std::string_view rest;
    bool ok = true;

    void literal(std::string_view text) {
        ok = ok && rest.starts_with(text);
        if (ok) rest.remove_prefix(text.size());
    }

    int digits(std::size_t count) {
        int value = 0;
        ok = ok && rest.size() >= count;
        for (std::size_t i = 0; ok && i < count; ++i) {
            ok = rest[i] >= '0' && rest[i] <= '9';
            value = value * 10 + (rest[i] - '0');
        }
        if (ok) rest.remove_prefix(count);
        return ok ? value : 0;
    }

    template <std::size_t N>
    unsigned one_of(const std::array<std::string_view, N>& words, std::size_t prefix) {
        for (std::size_t i = 0; ok && i < N; ++i) {
            const auto word = words[i].substr(0, prefix);
            if (!rest.starts_with(word)) continue;
            rest.remove_prefix(word.size());
            return static_cast<unsigned>(i);
        }
        ok = false;
        return 0;
    }
};

struct date_fields {
    int year = 0;
    unsigned month = 0;  // from 0
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
};

void read_time(scanner& in, date_fields& to) {
    to.hour = in.digits(2);
    in.literal(":");
    to.minute = in.digits(2);
    in.literal(":");
    to.second = in.digits(2);
}

// Sun, 06 Nov 1994 08:49:37 GMT
void read_imf_fixdate(scanner& in, date_fields& to) {
    (void)in.one_of(long_days, 3);
    in.literal(", ");
    to.day = in.digits(2);
    in.literal(" ");
    to.month = in.one_of(months, 3);
    in.literal(" ");
    to.year = in.digits(4);
    in.literal(" ");
    read_time(in, to);
    in.literal(" GMT");
}

// Sunday, 06-Nov-94 08:49:37 GMT
void read_rfc850(scanner& in, date_fields& to, sys_seconds now) {
    (void)in.one_of(long_days, std::string_view::npos);
    in.literal(", ");
    to.day = in.digits(2);
    in.literal("-");
    to.month = in.one_of(months, 3);
    in.literal("-");
    const int short_year = in.digits(2);
    in.literal(" ");
    read_time(in, to);
    in.literal(" GMT");
    const int this_year = static_cast<int>(year_month_day(floor<days>(now)).year());
    to.year = this_year - this_year % 100 + short_year;
    if (to.year > this_year + 50) to.year -= 100;
    if (to.year < this_year - 49) to.year += 100;
}

// Sun Nov  6 08:49:37 1994
void read_asctime(scanner& in, date_fields& to) {
    (void)in.one_of(long_days, 3);
    in.literal(" ");
    to.month = in.one_of(months, 3);
    in.literal(" ");
    const bool one_digit = in.rest.starts_with(" ");
    if (one_digit) in.literal(" ");
    to.day = in.digits(one_digit ? 1 : 2);
    in.literal(" ");
    read_time(in, to);
    in.literal(" ");
    to.year = in.digits(4);
}

std::optional<sys_seconds> to_time(const date_fields& from) {
    const year_month_day date(year(from.year), month(from.month + 1),
                              day(static_cast<unsigned>(from.day)));
    if (!date.ok() || from.hour > 23 || from.minute > 59 || from.second > 60) return std::nullopt;
    return sys_days(date) + hours(from.hour) + minutes(from.minute) +
           seconds(std::min(from.second, 59));
}

}  // namespace

std::optional<sys_seconds> parse_http_date(std::string_view text, sys_seconds now) noexcept {
    scanner in{text};
    date_fields fields;
    if (text.size() > 3 && text[3] == ',') {
        read_imf_fixdate(in, fields);
    } else if (text.find(',') != std::string_view::npos) {
        read_rfc850(in, fields, now);
    } else {
        read_asctime(in, fields);
    }
    if (!in.ok || !in.rest.empty()) return std::nullopt;
    return to_time(fields);
}

std::optional<duration> parse_retry_after(std::string_view value, sys_seconds now,
                                          duration cap) noexcept {
    const auto wait = [cap](std::int64_t whole_seconds) {
        const auto longest = duration_cast<seconds>(cap).count() + 1;
        return std::clamp<duration>(seconds(std::clamp<std::int64_t>(whole_seconds, 0, longest)),
                                    duration::zero(), cap);
    };
    const bool number =
        !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
    if (number) {
        scanner in{value};
        // More than 18 digits is beyond any cap, and beyond the integer.
        std::int64_t total = 0;
        for (std::size_t i = 0; i < value.size() && total < 1'000'000'000'000; ++i) {
            total = total * 10 + in.digits(1);
        }
        return wait(total);
    }
    const auto date = parse_http_date(value, now);
    if (!date) return std::nullopt;
    return wait((*date - now).count());
}

}  // namespace grove::cmd
