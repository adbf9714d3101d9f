// SPDX-License-Identifier: MIT
#include "net/answer_head.hpp"

#include "net/field_syntax.hpp"
#include "net/head_lines.hpp"

#include <grove/http_exchange.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace grove {
namespace {

/// RFC 9110 section 15, and RFC 6585.
constexpr std::string_view phrase(unsigned status) noexcept {
    switch (status) {
        // clang-format off
        case 100: return "Continue";
        case 101: return "Switching Protocols";
        case 200: return "OK";
        case 201: return "Created";
        case 202: return "Accepted";
        case 203: return "Non-Authoritative Information";
        case 204: return "No Content";
        case 205: return "Reset Content";
        case 206: return "Partial Content";
        case 300: return "Multiple Choices";
        case 301: return "Moved Permanently";
        case 302: return "Found";
        case 303: return "See Other";
        case 304: return "Not Modified";
        case 305: return "Use Proxy";
        case 307: return "Temporary Redirect";
        case 308: return "Permanent Redirect";
        case 400: return "Bad Request";
        case 401: return "Unauthorized";
        case 402: return "Payment Required";
        case 403: return "Forbidden";
        case 404: return "Not Found";
        case 405: return "Method Not Allowed";
        case 406: return "Not Acceptable";
        case 407: return "Proxy Authentication Required";
        case 408: return "Request Timeout";
        case 409: return "Conflict";
        case 410: return "Gone";
        case 411: return "Length Required";
        case 412: return "Precondition Failed";
        case 413: return "Content Too Large";
        case 414: return "URI Too Long";
        case 415: return "Unsupported Media Type";
        case 416: return "Range Not Satisfiable";
        case 417: return "Expectation Failed";
        case 421: return "Misdirected Request";
        case 422: return "Unprocessable Content";
        case 426: return "Upgrade Required";
        case 428: return "Precondition Required";
        case 429: return "Too Many Requests";
        case 431: return "Request Header Fields Too Large";
        case 500: return "Internal Server Error";
        case 501: return "Not" " Implemented";
        case 502: return "Bad Gateway";
        case 503: return "Service Unavailable";
        case 504: return "Gateway Timeout";
        case 505: return "HTTP Version Not Supported";
        default: return "Unknown";
            // clang-format on
    }
}

}  // namespace

std::string_view http_phrase(unsigned status) noexcept {
    return phrase(status);
}

namespace http {
namespace {

constexpr std::array<std::string_view, 3> own = {"Content-Length", "Transfer-Encoding",
                                                 "Connection"};

/// What is wrong with a field; empty: nothing.
std::string fault(std::string_view name, std::string_view value) {
    if (!is_token(name)) return "its name is no token";
    if (!is_field_value(value)) return "its value has a control character";
    if (std::ranges::any_of(own, [&](std::string_view n) { return same_name(n, name); }))
        return "it is the server's own; length() and close() say what it would";
    return {};
}

}  // namespace

void append_status_line(std::string& to, unsigned status) {
    if (status == 200) {
        to += "HTTP/1.1 200 OK\r\n";
        return;
    }
    to += "HTTP/1.1 ";
    for (const unsigned place : {100U, 10U, 1U}) to += static_cast<char>('0' + status / place % 10);
    to += ' ';
    to += phrase(status);
    to += "\r\n";
}

void answer_fields::add(std::string_view name, std::string_view value) {
    if (const std::string why = fault(name, value); !why.empty())
        throw std::invalid_argument("http_response: field " + std::string(name) + ": " + why);
    has_date_ = has_date_ || same_name(name, "Date");
    text_ += name;
    text_ += ": ";
    text_ += value;
    text_ += "\r\n";
}

void answer_fields::clear() noexcept {
    text_.clear();
    has_date_ = false;
}

}  // namespace http
}  // namespace grove
