// SPDX-License-Identifier: MIT
#include "cmd/fetch/base_url.hpp"

#include "cmd/common/percent_code.hpp"

#include <algorithm>
#include <stdexcept>

namespace grove::cmd {

namespace {

bool is_alpha(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

bool has_scheme(std::string_view text) noexcept {
    const auto colon = text.find("://");
    if (colon == std::string_view::npos || colon == 0 || !is_alpha(text[0])) return false;
    return std::ranges::all_of(text.substr(0, colon), [](char c) {
        return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
    });
}

struct base_parts {
    std::string_view origin;  // scheme://host:port
    std::string_view path;    // from its first slash; may be empty
    std::string_view query;   // with its question mark
};

base_parts split_base(std::string_view base) {
    const auto authority = base.find("://");
    if (!has_scheme(base) || authority + 3 >= base.size()) {
        throw std::invalid_argument("--base " + std::string(base) +
                                    " is not a URL; write it as https://host/folder/");
    }
    base = base.substr(0, base.find('#'));
    base_parts parts;
    if (const auto mark = base.find('?'); mark != std::string_view::npos) {
        parts.query = base.substr(mark);
        base = base.substr(0, mark);
    }
    const auto slash = std::min(base.find('/', authority + 3), base.size());
    parts.origin = base.substr(0, slash);
    parts.path = base.substr(slash);
    return parts;
}

void refuse_dot_dot(std::string_view path) {
    for (std::size_t begin = 0; begin <= path.size();) {
        const auto end = std::min(path.find('/', begin), path.size());
        if (percent_decode(path.substr(begin, end - begin)) == "..") {
            throw std::invalid_argument("'" + std::string(path) +
                                        "' leaves the base folder; names with '..' are refused");
        }
        begin = end + 1;
    }
}

std::string join_reference(const base_parts& base, std::string folder, std::string_view name) {
    const auto path = name.substr(0, name.find_first_of("?#"));
    refuse_dot_dot(path);
    const bool own_query = name.find('?') != std::string_view::npos;
    name = name.substr(0, name.find('#'));
    if (name.starts_with('/')) folder = base.origin;
    return folder + percent_encode(name, "!$&'()*+,;=:@/%?[]") +
           std::string(own_query ? std::string_view() : base.query);
}

}  // namespace

bool is_absolute_url(std::string_view text) noexcept {
    return has_scheme(text) || (text.size() > 1 && text[0] == ':' && is_digit(text[1]));
}

std::string join_base(std::string_view base, std::string_view name, name_form form) {
    const auto parts = split_base(base);
    std::string folder = std::string(parts.origin) + std::string(parts.path);
    if (!folder.ends_with('/')) folder += '/';
    while (name.starts_with("./")) name.remove_prefix(2);
    if (form == name_form::reference) return join_reference(parts, std::move(folder), name);
    refuse_dot_dot(name);
    while (name.starts_with('/')) name.remove_prefix(1);
    return folder + percent_encode(name, "!$&'()*+,;=:@/") + std::string(parts.query);
}

}  // namespace grove::cmd
