// SPDX-License-Identifier: MIT
#include "cmd/common/secrets.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace grove::cmd {

namespace {

constexpr std::string_view mask = "***";

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

bool is_authorization(std::string_view name) {
    return name == "authorization" || name == "proxy-authorization";
}

bool is_secret(std::string_view name) {
    static constexpr std::array<std::string_view, 2> whole{"cookie", "set-cookie"};
    static constexpr std::array<std::string_view, 5> parts{"token", "secret", "password", "api-key",
                                                           "apikey"};
    return std::find(whole.begin(), whole.end(), name) != whole.end() ||
           std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
               return name.find(part) != std::string_view::npos;
           });
}

}  // namespace

std::string mask_url(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return std::string(url);
    const std::size_t begin = scheme + 3;
    const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
    const std::string_view authority = url.substr(begin, end - begin);
    const std::size_t at = authority.rfind('@');
    if (at == std::string_view::npos) return std::string(url);
    const std::size_t colon = authority.substr(0, at).find(':');
    std::string result(url.substr(0, begin));
    if (colon != std::string_view::npos) result += authority.substr(0, colon + 1);
    result += mask;
    result += url.substr(begin + at);
    return result;
}

std::string mask_header(std::string_view name, std::string_view value) {
    const std::string key = lower(name);
    if (is_authorization(key)) {
        const std::size_t blank = value.find(' ');
        if (blank == std::string_view::npos) return std::string(mask);
        return std::string(value.substr(0, blank + 1)) + std::string(mask);
    }
    return std::string(is_secret(key) ? mask : value);
}

std::string mask_user(std::string_view name_and_password) {
    const std::size_t colon = name_and_password.find(':');
    if (colon == std::string_view::npos) return std::string(name_and_password);
    return std::string(name_and_password.substr(0, colon + 1)) + std::string(mask);
}

}  // namespace grove::cmd
