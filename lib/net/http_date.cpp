// SPDX-License-Identifier: MIT
#include <grove/http_date.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace grove {

namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> long_days{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                    "Thursday", "Friday", "Saturday"};

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

// Writes pieces one after the other; the caller's array has room for them.
struct writer {
    char* at;

    void text(std::string_view piece) { at = std::copy(piece.begin(), piece.end(), at); }

    void number(unsigned value, int width) {
        for (int i = width - 1; i >= 0; --i, value /= 10)
            at[i] = static_cast<char>('0' + value % 10);
        at += width;
    }
};

}  // namespace

std::array<char, http_date_size> format_http_date(sys_seconds when) noexcept {
    constexpr sys_seconds first = sys_days(year(0) / January / 1);
    constexpr sys_seconds last = sys_days(year(10000) / January / 1) - seconds(1);
    when = std::clamp(when, first, last);
    const sys_days day = floor<days>(when);
    const year_month_day date(day);
    const hh_mm_ss time(when - day);
    std::array<char, http_date_size> written{};
    writer out{written.data()};
    out.text(long_days[weekday(day).c_encoding()].substr(0, 3));
    out.text(", ");
    out.number(static_cast<unsigned>(date.day()), 2);
    out.text(" ");
    out.text(months[static_cast<unsigned>(date.month()) - 1]);
    out.text(" ");
    out.number(static_cast<unsigned>(static_cast<int>(date.year())), 4);
    out.text(" ");
    out.number(static_cast<unsigned>(time.hours().count()), 2);
    out.text(":");
    out.number(static_cast<unsigned>(time.minutes().count()), 2);
    out.text(":");
    out.number(static_cast<unsigned>(time.seconds().count()), 2);
    out.text(" GMT");
    return written;
}

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

}  // namespace grove
