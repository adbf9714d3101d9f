// SPDX-License-Identifier: MIT
#include "net/conditions.hpp"

#include "net/head_lines.hpp"

#include <grove/http_date.hpp>

#include <algorithm>
#include <limits>

namespace grove::http {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::string_view weak_mark = "W/";

std::string_view opaque(std::string_view etag) noexcept {
    if (etag.starts_with(weak_mark)) etag.remove_prefix(weak_mark.size());
    return etag;
}

enum class comparison : std::uint8_t { strong, weak };

/// RFC 9110 8.8.3.2.
bool same_etag(std::string_view a, std::string_view b, comparison how) noexcept {
    if (how == comparison::weak) return opaque(a) == opaque(b);
    return a == b && !a.starts_with(weak_mark);
}

/// An entity tag from the front of `list`, with what separates it from the next. Result: nothing
/// when there is none, and nothing of the list counts from there on.
std::optional<std::string_view> take_etag(std::string_view& list) noexcept {
    list.remove_prefix(std::min(list.find_first_not_of(" \t,"), list.size()));
    const std::size_t mark = list.starts_with(weak_mark) ? weak_mark.size() : 0;
    if (list.size() <= mark || list[mark] != '"') return std::nullopt;
    const std::size_t end = list.find('"', mark + 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view etag = list.substr(0, end + 1);
    list.remove_prefix(end + 1);
    return etag;
}

/// `*`, or a list that has the tag.
bool lists(std::string_view list, std::string_view etag, comparison how) noexcept {
    if (list == "*") return true;
    while (const auto one = take_etag(list))
        if (same_etag(*one, etag, how)) return true;
    return false;
}

/// A number from the front; beyond 64 bits it is the largest. Result: nothing without a digit.
std::optional<std::uint64_t> take_number(std::string_view& text) noexcept {
    constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
    if (text.empty() || text[0] < '0' || text[0] > '9') return std::nullopt;
    std::uint64_t value = 0;
    while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
        const auto digit = static_cast<std::uint64_t>(text[0] - '0');
        value = value > (largest - digit) / 10 ? largest : value * 10 + digit;
        text.remove_prefix(1);
    }
    return value;
}

range_choice last_bytes(std::string_view digits, std::uint64_t size) noexcept {
    const auto count = take_number(digits);
    if (!count || !digits.empty()) return {};
    if (*count == 0) return {range_kind::unsatisfiable};
    if (size == 0) return {};  // satisfiable, but no Content-Range can tell of nothing
    const std::uint64_t length = std::min(*count, size);
    return {range_kind::part, {size - length, length}};
}

}  // namespace

condition check_conditions(const static_request& request, const file_validators& file) noexcept {
    if (!request.if_match.empty()) {
        if (!lists(request.if_match, file.etag, comparison::strong)) return condition::failed;
    } else if (const auto date = parse_http_date(request.if_unmodified_since, file.looked_at)) {
        if (file.modified > *date) return condition::failed;
    }
    if (!request.if_none_match.empty()) {
        if (lists(request.if_none_match, file.etag, comparison::weak)) return condition::unchanged;
    } else if (const auto date = parse_http_date(request.if_modified_since, file.looked_at)) {
        if (file.modified <= *date) return condition::unchanged;
    }
    return condition::holds;
}

bool range_applies(const static_request& request, const file_validators& file) noexcept {
    if (request.if_range.empty()) return true;
    std::string_view list = request.if_range;
    if (const auto etag = take_etag(list))
        return list.empty() && same_etag(*etag, file.etag, comparison::strong);
    // A date is a strong validator if nothing can have changed in its second unseen (8.8.2.2).
    const auto date = parse_http_date(request.if_range, file.looked_at);
    return date && *date == file.modified && file.modified + seconds(1) <= file.looked_at;
}

range_choice choose_range(std::string_view range, std::uint64_t size) noexcept {
    constexpr std::string_view unit = "bytes=";
    if (range.size() < unit.size() || !same_name(range.substr(0, unit.size()), unit)) return {};
    range.remove_prefix(unit.size());
    if (range.starts_with('-')) return last_bytes(range.substr(1), size);
    const auto first = take_number(range);
    if (!first || !range.starts_with('-')) return {};
    range.remove_prefix(1);
    std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
    if (!range.empty()) {
        const auto told = take_number(range);
        if (!told || !range.empty() || *told < *first) return {};
        last = *told;
    }
    if (*first >= size) return {range_kind::unsatisfiable};
    return {range_kind::part, {*first, std::min(last, size - 1) - *first + 1}};
}

}  // namespace grove::http
