// SPDX-License-Identifier: MIT
#include "cmd/fetch/resume.hpp"

#include <grove/http_date.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace grove::cmd {

namespace {

using namespace std::chrono_literals;

bool is_strong_etag(std::string_view etag) noexcept {
    return etag.size() >= 2 && etag.starts_with('"') && etag.ends_with('"');
}

bool is_strong_date(const validators& known) noexcept {
    // Only the two-digit years of an obsolete form need a "now"; any fixed one will do, since both
    // dates are read against the same.
    constexpr std::chrono::sys_seconds reference{1'700'000'000s};
    const auto modified = parse_http_date(known.last_modified, reference);
    const auto answered = parse_http_date(known.date, reference);
    return modified && answered && *answered >= *modified + 1s;
}

std::optional<std::uint64_t> take_number(std::string_view& text) noexcept {
    std::uint64_t value = 0;
    const auto [stop, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    return value;
}

bool take(std::string_view& text, std::string_view word) noexcept {
    const bool there = text.starts_with(word);
    if (there) text.remove_prefix(word.size());
    return there;
}

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_multipart(std::string_view content_type) noexcept {
    constexpr std::string_view several = "multipart/byteranges";
    return std::ranges::equal(content_type.substr(0, several.size()), several, {}, lower);
}

body_verdict ask_whole(std::string why) {
    return {body_use::ask_whole, std::nullopt, std::move(why)};
}

// What the server says of the bytes it would send, against what the sidecar remembers. A server
// that ignores If-Range shows itself here.
std::string mismatch(const resume_point& asked, const body_head& head) {
    if (is_strong_etag(asked.known.etag)) {
        // RFC 9110 15.3.7: a 206 carries the ETag that a 200 would have had.
        if (head.etag.empty()) return "the partial answer has no ETag to compare";
        if (head.etag != asked.known.etag) return "the file changed on the server (ETag)";
        return {};
    }
    if (!head.last_modified.empty() && head.last_modified != asked.known.last_modified) {
        return "the file changed on the server (Last-Modified)";
    }
    return {};
}

body_verdict judge_partial(const resume_point& asked, const body_head& head) {
    if (is_multipart(head.content_type)) return ask_whole("several ranges where one was asked for");
    const auto range = parse_content_range(head.content_range);
    if (!range || !range->first) return ask_whole("a 206 without a usable Content-Range");
    if (!head.content_encoding.empty() && head.content_encoding != "identity") {
        return ask_whole("a piece of an encoded body cannot be joined");
    }
    if (*range->first != asked.offset) {
        return ask_whole("the server sent bytes from " + std::to_string(*range->first) +
                         ", asked were those from " + std::to_string(asked.offset));
    }
    if (asked.total && range->total && *asked.total != *range->total) {
        return ask_whole("the file's size changed from " + std::to_string(*asked.total) + " to " +
                         std::to_string(*range->total) + " bytes");
    }
    const auto total = range->total ? range->total : asked.total;
    if (total && *range->last + 1 != *total) {
        return ask_whole("the server sent a piece that is not the rest");
    }
    if (auto why = mismatch(asked, head); !why.empty()) return ask_whole(std::move(why));
    return {body_use::append, total, {}};
}

// A Range that starts at the very end asks whether the part is the whole: a server that honours
// If-Range says 416 only when the validator still holds (RFC 9110 13.2.2).
body_verdict judge_unsatisfiable(const resume_point& asked, const body_head& head) {
    const auto range = parse_content_range(head.content_range);
    const bool whole = range && !range->first && range->total == asked.offset &&
                       (!asked.total || *asked.total == asked.offset);
    if (!whole) return ask_whole("the server has no bytes after those already here");
    const bool changed =
        !head.etag.empty() && is_strong_etag(asked.known.etag) && head.etag != asked.known.etag;
    if (changed) return ask_whole("the file changed on the server (ETag)");
    return {body_use::complete, asked.offset, {}};
}

}  // namespace

std::optional<std::string> if_range_value(const validators& known) {
    if (is_strong_etag(known.etag)) return known.etag;
    if (is_strong_date(known)) return known.last_modified;
    return std::nullopt;
}

std::string resume_point::range() const {
    return "bytes=" + std::to_string(offset) + "-";
}

std::string resume_point::if_range() const {
    return if_range_value(known).value_or("");
}

std::string sidecar_url(std::string_view url) {
    url = url.substr(0, url.find('#'));
    const auto scheme = url.find("://");
    const auto begin = scheme == std::string_view::npos ? 0 : scheme + 3;
    const auto end = std::min(url.find_first_of("/?", begin), url.size());
    const auto at = url.substr(0, end).rfind('@');
    if (at == std::string_view::npos || at < begin) return std::string(url);
    return std::string(url.substr(0, begin)) + std::string(url.substr(at + 1));
}

bool continues(const resume_point& point, std::string_view url) {
    return point.url == sidecar_url(url);
}

std::optional<content_range> parse_content_range(std::string_view value) {
    constexpr std::string_view unit = "bytes ";
    const bool bytes = value.size() > unit.size() &&
                       std::ranges::equal(value.substr(0, unit.size()), unit, {}, lower);
    if (!bytes) return std::nullopt;
    value.remove_prefix(unit.size());
    content_range range;
    if (!take(value, "*")) {
        range.first = take_number(value);
        if (!range.first || !take(value, "-")) return std::nullopt;
        range.last = take_number(value);
        if (!range.last || *range.last < *range.first) return std::nullopt;
    }
    if (!take(value, "/")) return std::nullopt;
    if (take(value, "*")) return range.first && value.empty() ? std::optional(range) : std::nullopt;
    range.total = take_number(value);
    if (!range.total || !value.empty()) return std::nullopt;
    if (range.last && *range.last >= *range.total) return std::nullopt;
    return range;
}

body_verdict judge_answer(const resume_point* asked, const body_head& head) {
    if (head.status == 206) {
        if (!asked) return ask_whole("a 206 that no Range asked for");
        return judge_partial(*asked, head);
    }
    if (head.status >= 200 && head.status < 300) {
        return {body_use::from_zero, head.content_length, {}};
    }
    if (head.status == 416 && asked) return judge_unsatisfiable(*asked, head);
    return {};
}

}  // namespace grove::cmd
