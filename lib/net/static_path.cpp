// SPDX-License-Identifier: MIT
#include "net/static_path.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace grove::http {
namespace {

constexpr bool is_control(char c) noexcept {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

constexpr int hex_value(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

/// One byte from the front of `rest`, of which there is something.
std::optional<char> take_byte(std::string_view& rest) noexcept {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '?' || c == '#' || c == '\\' || c == ' ' || is_control(c)) return std::nullopt;
    if (c != '%') return c;
    if (rest.size() < 2) return std::nullopt;
    const int high = hex_value(rest[0]);
    const int low = hex_value(rest[1]);
    if (high < 0 || low < 0) return std::nullopt;
    rest.remove_prefix(2);
    const char decoded = static_cast<char>(high * 16 + low);
    if (decoded == '/' || decoded == '\\' || is_control(decoded)) return std::nullopt;
    return decoded;
}

bool is_step(std::string_view name) noexcept {
    return name.empty() || name == "." || name == "..";
}

enum class place : std::uint8_t { top, deeper };

bool is_hidden(std::string_view name, place where) noexcept {
    return name.starts_with('.') && (where == place::deeper || name != ".well-known");
}

}  // namespace

path_verdict read_static_path(std::string_view path, dot_names dots, static_path& into) {
    std::string& below = into.below;
    below.clear();
    into.folder = false;
    if (!path.starts_with('/')) return path_verdict::malformed;
    path_verdict verdict = path_verdict::good;
    do {
        path.remove_prefix(1);
        const std::size_t begin = below.empty() ? 0 : below.size() + 1;
        if (path.empty()) {
            into.folder = true;
            break;
        }
        if (begin != 0) below += '/';
        while (!path.empty() && path.front() != '/') {
            const std::optional<char> byte = take_byte(path);
            if (!byte) return path_verdict::malformed;
            below += *byte;
        }
        const std::string_view name = std::string_view(below).substr(begin);
        if (is_step(name)) return path_verdict::malformed;
        if (dots == dot_names::hidden && is_hidden(name, begin == 0 ? place::top : place::deeper))
            verdict = path_verdict::hidden;
    } while (!path.empty());
    if (below.empty()) below = ".";
    return verdict;
}

bool can_be_asked_for(std::string_view name, dot_names dots) noexcept {
    if (is_step(name) || (dots == dot_names::hidden && name.starts_with('.'))) return false;
    return std::ranges::none_of(name,
                                [](char c) { return c == '/' || c == '\\' || is_control(c); });
}

void append_segment(std::string& to, std::string_view name) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    for (const char c : name) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool digit = c >= '0' && c <= '9';
        if (letter || digit || c == '-' || c == '.' || c == '_' || c == '~') {
            to += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        to += '%';
        to += digits[byte / 16];
        to += digits[byte % 16];
    }
}

}  // namespace grove::http
