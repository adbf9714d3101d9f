// SPDX-License-Identifier: MIT
#include "net/request_rules.hpp"

#include "net/field_syntax.hpp"
#include "net/head_lines.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace grove::http {
namespace {

using verdict = std::optional<request_fault>;

/// Calls `f` for each element of the lists in all fields of that name.
template <class F>
void each_element(const request_head& head, std::string_view name, F f) {
    for (const header_view& field : head.headers) {
        if (same_name(field.name, name)) http::each_element(field.value, f);
    }
}

/// RFC 3986 section 3.2.2, and a port.
bool is_host(std::string_view value) noexcept {
    static constexpr std::string_view others = "-._~!$&'()*+;=%:[]";
    return std::ranges::all_of(value, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               others.find(c) != std::string_view::npos;
    });
}

/// RFC 9112 section 3.2.
verdict check_host(const request_head& head) noexcept {
    const auto is_host_field = [](const header_view& h) { return same_name(h.name, "Host"); };
    const auto count = std::ranges::count_if(head.headers, is_host_field);
    if (count > 1) return request_fault{400, "more than one Host"};
    if (count == 0 && head.minor >= 1) return request_fault{400, "no Host"};
    if (count == 1 && !is_host(*head.find("Host"))) return request_fault{400, "no valid Host"};
    return std::nullopt;
}

/// RFC 9112 sections 3.2.1 to 3.2.4.
verdict check_target(const request_head& head) noexcept {
    const std::string_view target = head.target;
    if (target.find('#') != std::string_view::npos)
        return request_fault{400, "a fragment in the target"};
    const bool absolute = target.starts_with("http://") || target.starts_with("https://");
    const bool good = head.method == "CONNECT" ? target.find(':') != std::string_view::npos &&
                                                     !absolute && !target.starts_with('/')
                      : target == "*" ? head.method == "OPTIONS"
                                      : target.starts_with('/') || absolute;
    if (!good) return request_fault{400, "no valid target"};
    return std::nullopt;
}

/// RFC 9112 section 6.1: only chunked is understood.
verdict check_codings(request_head& head) noexcept {
    std::size_t count = 0;
    std::string_view last;
    bool known = true;
    each_element(head, "Transfer-Encoding", [&](std::string_view coding) {
        ++count;
        last = coding;
        known = known && same_name(coding, "chunked");
    });
    if (!head.find("Transfer-Encoding")) return std::nullopt;
    if (head.minor == 0) return request_fault{400, "Transfer-Encoding in HTTP/1.0"};
    if (!same_name(last, "chunked") || (known && count != 1))
        return request_fault{400, "chunked is not the last coding"};
    if (!known) return request_fault{501, "unknown transfer coding"};
    head.framing = body_framing::chunked;
    return std::nullopt;
}

/// RFC 9112 sections 6.2 and 6.3.
verdict check_length(request_head& head) noexcept {
    const auto value = head.find("Content-Length");
    if (!value) return std::nullopt;
    if (head.framing == body_framing::chunked)
        return request_fault{400, "both Content-Length and Transfer-Encoding"};
    const auto* const end = value->data() + value->size();
    const auto [rest, error] = std::from_chars(value->data(), end, head.length);
    if (error != std::errc{} || rest != end || value->empty())
        return request_fault{400, "no valid Content-Length"};
    if (head.length != 0) head.framing = body_framing::length;
    return std::nullopt;
}

/// RFC 9112 section 9.3, RFC 9110 section 7.8.
void read_connection(request_head& head) noexcept {
    bool close = false;
    bool keep = false;
    bool upgrade = false;
    each_element(head, "Connection", [&](std::string_view option) {
        close = close || same_name(option, "close");
        keep = keep || same_name(option, "keep-alive");
        upgrade = upgrade || same_name(option, "upgrade");
    });
    head.keep_alive = !close && (head.minor >= 1 || keep);
    // RFC 9110 section 7.8: in HTTP/1.0 the field means nothing.
    if (upgrade && head.minor >= 1) head.upgrade = head.find("Upgrade").value_or("");
}

/// RFC 9110 section 10.1.1.
verdict check_expectation(request_head& head) noexcept {
    const auto value = head.find("Expect");
    if (!value || head.minor == 0) return std::nullopt;
    if (!same_name(*value, "100-continue")) return request_fault{417, "unknown expectation"};
    head.expects_continue = head.framing != body_framing::none;
    return std::nullopt;
}

}  // namespace

std::optional<std::string_view> request_head::find(std::string_view name) const noexcept {
    for (const header_view& h : headers) {
        if (same_name(h.name, name)) return h.value;
    }
    return std::nullopt;
}

std::optional<request_fault> apply_rules(request_head& head) noexcept {
    for (auto* check : {check_host, check_target}) {
        if (const verdict wrong = check(head)) return wrong;
    }
    if (const verdict wrong = check_codings(head)) return wrong;
    if (const verdict wrong = check_length(head)) return wrong;
    read_connection(head);
    return check_expectation(head);
}

}  // namespace grove::http
