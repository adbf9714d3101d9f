// SPDX-License-Identifier: MIT
#include "cmd/common/expression_value.hpp"

#include "cmd/common/terminal_text.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace grove::cmd::expression_detail {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_shown = 120;     // bytes of a text in an explanation
constexpr std::size_t around_difference = 30;  // bytes on each side of it

fact_value scalar(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            return std::monostate();
        case json::kind::bool_:
            return value.get_bool();
        case json::kind::int64:
            return static_cast<double>(value.get_int64());
        case json::kind::uint64:
            return static_cast<double>(value.get_uint64());
        case json::kind::double_:
            return value.get_double();
        case json::kind::string:
            return std::string_view(value.get_string().data(), value.get_string().size());
        case json::kind::array:
        case json::kind::object:
            break;
    }
    return &value;
}

const json::value* step_into(const json::value& value, const path_step& step) {
    if (step.index) {
        const json::array* const array = value.if_array();
        return array != nullptr && *step.index < array->size() ? &(*array)[*step.index] : nullptr;
    }
    const json::object* const object = value.if_object();
    return object == nullptr ? nullptr : object->if_contains(step.key);
}

std::optional<double> number_in(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\n')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\r')) {
        text.remove_suffix(1);
    }
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (text.empty() || error != std::errc{} || stop != end || !std::isfinite(number)) {
        return std::nullopt;
    }
    return number;
}

bool is_text(const fact_value& value) noexcept {
    return std::holds_alternative<std::string_view>(value);
}

std::string excerpt(std::string_view text, std::size_t begin, std::size_t size) {
    begin = std::min(begin, text.size());
    const std::string_view piece = text.substr(begin, size);
    return fmt::format("{}\"{}\"{}", begin > 0 ? ".." : "", one_line(piece),
                       begin + piece.size() < text.size() ? ".." : "");
}

std::string show_text(std::string_view text) {
    if (text.size() <= longest_shown) return excerpt(text, 0, text.size());
    return fmt::format("{} ({} bytes)", excerpt(text, 0, longest_shown), text.size());
}

std::string show_number(double value, unit_kind unit) {
    constexpr double nanoseconds_a_second = 1e9;
    switch (unit) {
        case unit_kind::plain:
            return fmt::format("{}", value);
        case unit_kind::ratio:
            return fmt::format("{:.4g}%", value * 100);
        case unit_kind::duration:
            return format_duration(duration(std::llround(value * nanoseconds_a_second)));
        case unit_kind::size:
            if (value < 1000) return fmt::format("{:.0f} bytes", value);
            return fmt::format("{:.0f} bytes ({})", value,
                               show_size(static_cast<std::uint64_t>(value)));
        case unit_kind::byte_rate:
            return show_rate(value);
        case unit_kind::event_rate:
            return fmt::format("{:.6g}/s", value);
    }
    return {};
}

}  // namespace

fact_value walk(const json::value* document, const std::vector<path_step>& path) {
    for (const path_step& step : path) {
        if (document != nullptr) document = step_into(*document, step);
    }
    return document == nullptr ? fact_value() : scalar(*document);
}

std::optional<double> as_number(const fact_value& value) {
    if (const double* number = std::get_if<double>(&value)) return *number;
    if (is_text(value)) return number_in(std::get<std::string_view>(value));
    return std::nullopt;
}

std::string as_text(const fact_value& value) {
    if (is_text(value)) return std::string(std::get<std::string_view>(value));
    if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const double* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
    if (const auto* tree = std::get_if<const json::value*>(&value)) return json::serialize(**tree);
    return {};
}

bool equal(const fact_value& left, const fact_value& right) {
    const bool numbers =
        std::holds_alternative<double>(left) || std::holds_alternative<double>(right);
    if (numbers && left.index() != right.index()) {
        const auto a = as_number(left);
        const auto b = as_number(right);
        return a && b && *a == *b;
    }
    if (const auto* tree = std::get_if<const json::value*>(&left);
        tree && left.index() == right.index()) {
        return **tree == *std::get<const json::value*>(right);
    }
    return left == right;
}

bool contains(const fact_value& whole, const fact_value& part) {
    if (is_text(whole)) {
        return std::get<std::string_view>(whole).find(as_text(part)) != std::string_view::npos;
    }
    const auto* tree = std::get_if<const json::value*>(&whole);
    if (tree == nullptr) return false;
    if (const json::array* array = (*tree)->if_array()) {
        return std::any_of(array->begin(), array->end(),
                           [&](const json::value& each) { return equal(scalar(each), part); });
    }
    const json::object* object = (*tree)->if_object();
    return object != nullptr && is_text(part) && object->contains(std::get<std::string_view>(part));
}

std::string show(const fact_value& value, unit_kind unit) {
    if (const double* number = std::get_if<double>(&value)) return show_number(*number, unit);
    if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (is_text(value)) return show_text(std::get<std::string_view>(value));
    if (const auto* tree = std::get_if<const json::value*>(&value)) {
        const std::string text = json::serialize(**tree);
        if (text.size() <= longest_shown) return one_line(text);
        return fmt::format("{}.. ({} bytes)", one_line(text.substr(0, longest_shown)), text.size());
    }
    return "absent";
}

std::string show_difference(std::string_view actual, std::string_view wanted) {
    const auto [at, unused] = std::mismatch(
        actual.begin(),
        actual.begin() + static_cast<std::ptrdiff_t>(std::min(actual.size(), wanted.size())),
        wanted.begin());
    const auto place = static_cast<std::size_t>(at - actual.begin());
    const std::size_t begin = place > around_difference ? place - around_difference : 0;
    return fmt::format("differs at byte {}: {} is not {}", place,
                       excerpt(actual, begin, 2 * around_difference),
                       excerpt(wanted, begin, 2 * around_difference));
}

}  // namespace grove::cmd::expression_detail
