// SPDX-License-Identifier: MIT
// The words of a fault rule, read.
#include "cmd/common/suggestion.hpp"
#include "cmd/serve/fault_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace grove::cmd {
namespace {

using wrong_text = std::optional<text_error>;

wrong_text shifted(wrong_text wrong, std::size_t by) {
    if (wrong) wrong->offset += by;
    return wrong;
}

wrong_text read_path(std::string_view text, fault_rule& into) {
    if (!text.starts_with('/') && !text.starts_with('*'))
        return text_error{"is no path", 0, "paths begin with / or *, as in path=/api/*"};
    into.path = text;
    return std::nullopt;
}

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    });
}

wrong_text read_methods(std::string_view text, fault_rule& into) {
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string_view name = text.substr(begin, end - begin);
        if (!is_token(name)) return text_error{"is no method", begin, "as in method=GET,HEAD"};
        std::string& method = into.methods.emplace_back(name);
        std::ranges::transform(method, method.begin(), [](char c) {
            return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        begin = end + 1;
    }
    return std::nullopt;
}

wrong_text read_first(std::string_view text, fault_rule& into) {
    std::uint64_t count = 0;
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    if (auto wrong = parse_count(text, 0, most, count)) return wrong;
    if (count == 0) return text_error{"is no request at all", 0, "leave the rule out"};
    into.first = count;
    return std::nullopt;
}

wrong_text read_chance(std::string_view text, fault_rule& into) {
    if (auto wrong = parse_value(text, into.chance)) return wrong;
    if (into.chance > percentage{100}) return text_error{"must be at most 100%", 0, {}};
    return std::nullopt;
}

wrong_text read_status(std::string_view text, fault_rule& into) {
    std::uint64_t status = 0;
    if (auto wrong = parse_count(text, 0, 599, status)) return wrong;
    if (status < 200) return text_error{"is no status of an answer", 0, "there are 200 to 599"};
    into.status = static_cast<unsigned>(status);
    return std::nullopt;
}

wrong_text read_delay(std::string_view text, fault_rule& into) {
    const std::size_t dots = text.find("..");
    duration least{};
    if (auto wrong = parse_value(text.substr(0, dots), least)) return wrong;
    into.delay = least;
    into.delay_most = least;
    if (dots == std::string_view::npos) return std::nullopt;
    const std::size_t second = dots + 2;
    if (auto wrong = parse_value(text.substr(second), into.delay_most))
        return shifted(wrong, second);
    if (into.delay_most < least) return text_error{"is less than what it begins with", second, {}};
    return std::nullopt;
}

wrong_text read_rate(std::string_view text, fault_rule& into) {
    byte_rate rate;
    if (auto wrong = parse_value(text, rate)) return wrong;
    if (rate.bytes_per_second < 1)
        return text_error{"is less than a byte a second", 0, "to send nothing say stall"};
    into.rate = rate;
    return std::nullopt;
}

wrong_text read_truncate(std::string_view text, fault_rule& into) {
    byte_size size;
    if (auto wrong = parse_value(text, size)) return wrong;
    into.truncate = size;
    return std::nullopt;
}

struct word {
    std::string_view name;
    wrong_text (*read)(std::string_view, fault_rule&) = nullptr;
    bool fault_rule::*flag = nullptr;  // of one that has no value
    std::string_view example = {};
};

constexpr auto words = std::to_array<word>({
    {"path", read_path, nullptr, "path=/api/*"},
    {"method", read_methods, nullptr, "method=GET,HEAD"},
    {"first", read_first, nullptr, "first=2"},
    {"chance", read_chance, nullptr, "chance=10%"},
    {"status", read_status, nullptr, "status=503"},
    {"delay", read_delay, nullptr, "delay=50ms..250ms"},
    {"rate", read_rate, nullptr, "rate=64k/s"},
    {"truncate", read_truncate, nullptr, "truncate=1k"},
    {"reset", nullptr, &fault_rule::reset},
    {"stall", nullptr, &fault_rule::stall},
    {"slow-headers", nullptr, &fault_rule::slow_headers},
});

text_error unknown(std::string_view name) {
    std::array<std::string_view, words.size()> names;
    std::ranges::transform(words, names.begin(), &word::name);
    const std::string_view near = nearest(name, names);
    return {fmt::format("there is no word \"{}\"", name), 0,
            near.empty() ? fmt::format("there are {}", fmt::join(names, " "))
                         : fmt::format("try {}", near)};
}

/// Reads one of them. `given` says which have been.
wrong_text read_word(std::string_view text, std::array<bool, words.size()>& given,
                     fault_rule& into) {
    const std::size_t equals = std::min(text.find('='), text.size());
    const std::string_view name = text.substr(0, equals);
    const auto* const found = std::ranges::find(words, name, &word::name);
    if (found == words.end()) return unknown(name);
    bool& before = given[static_cast<std::size_t>(found - words.begin())];
    if (before) return text_error{fmt::format("{} is there twice", name), 0, {}};
    before = true;
    const bool has_value = equals < text.size();
    if (found->flag != nullptr) {
        if (has_value) return text_error{fmt::format("{} takes no value", name), equals, {}};
        into.*found->flag = true;
        return std::nullopt;
    }
    if (equals + 1 >= text.size())
        return text_error{fmt::format("{} has no value", name), text.size(),
                          fmt::format("as in {}", found->example)};
    return shifted(found->read(text.substr(equals + 1), into), equals + 1);
}

/// What the words do together.
wrong_text check(const fault_rule& rule, std::size_t end) {
    const bool cut = rule.reset || rule.stall;
    const bool answers = rule.status || rule.rate || rule.slow_headers;
    if (!cut && !answers && !rule.delay && !rule.truncate)
        return text_error{"does nothing", end,
                          "say status=, delay=, rate=, truncate=, reset, stall or slow-headers"};
    if (rule.reset && rule.stall) return text_error{"reset and stall exclude each other", end, {}};
    if (cut && !rule.truncate && answers)
        return text_error{fmt::format("nothing is answered before a {}, so nobody sees the rest",
                                      rule.reset ? "reset" : "stall"),
                          end, "say truncate= for how much is answered"};
    return std::nullopt;
}

}  // namespace

wrong_text parse_value(std::string_view text, fault_rule& into) {
    constexpr std::string_view blanks = " \t\n";
    fault_rule made;
    std::array<bool, words.size()> given{};
    std::size_t begin = text.find_first_not_of(blanks);
    while (begin != std::string_view::npos) {
        const std::size_t end = std::min(text.find_first_of(blanks, begin), text.size());
        if (auto wrong = read_word(text.substr(begin, end - begin), given, made))
            return shifted(wrong, begin);
        begin = text.find_first_not_of(blanks, end);
    }
    if (auto wrong = check(made, text.size())) return wrong;
    into = std::move(made);
    return std::nullopt;
}

}  // namespace grove::cmd
