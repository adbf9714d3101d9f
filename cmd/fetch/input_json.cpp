// SPDX-License-Identifier: MIT
#include "cmd/fetch/input_json.hpp"

#include "cmd/common/suggestion.hpp"
#include "cmd/fetch/file_name.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace grove::cmd {

namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 6> known_keys{"url",    "out",     "sha256",
                                                     "sha512", "headers", "mirrors"};

[[noreturn]] void refuse(const std::string& text) {
    throw std::invalid_argument(text);
}

std::string_view view(json::string_view text) {
    return {text.data(), text.size()};
}

json::object parse_object(std::string_view text) {
    // url and out are flat; headers and mirrors nest two deep, and nothing here needs more.
    json::parse_options options;
    options.max_depth = 4;
    json::parser parser({}, options);
    json::error_code problem;
    const auto used = parser.write_some(text.data(), text.size(), problem);
    if (problem) {
        refuse("not valid JSON at column " + std::to_string(used + 1) + ": " + problem.message());
    }
    if (used < text.size()) {
        refuse("text after the JSON object at column " + std::to_string(used + 1) +
               "; give one object a line");
    }
    return parser.release().as_object();
}

std::string text_of(const json::value& value, std::string_view key) {
    if (const auto* text = value.if_string()) return std::string(view(*text));
    refuse("the value of \"" + std::string(key) + "\" must be a string");
}

bool is_token_character(char c) {
    static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
}

// A CR or LF in either would let a list smuggle further headers or requests (RFC 9110 5.5).
header_line checked_header(std::string_view name, std::string value) {
    if (name.empty() || !std::ranges::all_of(name, is_token_character)) {
        refuse("\"" + std::string(name) + "\" is no header name (RFC 9110 5.1)");
    }
    const bool clean = std::ranges::all_of(value, [](char c) {
        const auto code = static_cast<unsigned char>(c);
        return (code >= 0x20 && code != 0x7F) || c == '\t';
    });
    if (!clean) {
        refuse("the value of header \"" + std::string(name) + "\" has a control character");
    }
    return {std::string(name), std::move(value)};
}

void read_headers(const json::value& value, std::vector<header_line>& headers) {
    const auto* fields = value.if_object();
    if (!fields) refuse(R"("headers" must be an object: {"Name":"value"})");
    for (const auto& field : *fields) {
        const auto name = view(field.key());
        const auto* several = field.value().if_array();
        if (!several) {
            headers.push_back(checked_header(name, text_of(field.value(), name)));
            continue;
        }
        for (const auto& one : *several) {
            headers.push_back(checked_header(name, text_of(one, name)));
        }
    }
}

void read_digest(fetch_item& item, std::string_view key, const json::value& value) {
    if (item.digest) refuse(R"(give "sha256" or "sha512", not both)");
    auto digest = parse_digest(text_of(value, key));
    if (to_string(digest.algorithm) != key) {
        refuse("the value of \"" + std::string(key) + "\" has " +
               std::to_string(digest.hex.size()) + " digits: that is a " +
               std::string(to_string(digest.algorithm)));
    }
    item.digest = std::move(digest);
}

[[noreturn]] void refuse_key(std::string_view key) {
    key = key.substr(0, 64);
    const auto near = nearest(key, known_keys);
    refuse("unknown key \"" + std::string(key) + "\"; " +
           (near.empty() ? "known are url, out, sha256, sha512, headers, mirrors"
                         : "did you mean \"" + std::string(near) + "\"?"));
}

void read_member(fetch_item& item, std::string_view key, const json::value& value,
                 std::string_view base) {
    if (key == "url") {
        item.url = resolve_url(text_of(value, key), base);
    } else if (key == "out") {
        item.out = checked_path(text_of(value, key));
    } else if (key == "sha256" || key == "sha512") {
        read_digest(item, key, value);
    } else if (key == "headers") {
        read_headers(value, item.headers);
    } else if (key == "mirrors") {
        const auto* urls = value.if_array();
        if (!urls) refuse("\"mirrors\" must be an array of URLs");
        for (const auto& url : *urls) {
            item.mirrors.push_back(resolve_url(text_of(url, key), base));
        }
    } else {
        refuse_key(key);
    }
}

}  // namespace

fetch_item parse_json_line(std::string_view text, std::string_view base) {
    fetch_item item;
    for (const auto& member : parse_object(text)) {
        read_member(item, view(member.key()), member.value(), base);
    }
    if (item.url.empty()) refuse("the object has no \"url\"");
    return item;
}

}  // namespace grove::cmd
