// SPDX-License-Identifier: MIT
#include "cmd/serve/query_values.hpp"

#include <algorithm>
#include <charconv>

namespace grove::cmd {

std::string decode_form(std::string_view text) {
    std::string result;
    for (std::size_t at = 0; at < text.size(); ++at) {
        unsigned char value = 0;
        const char* const digits = text.data() + at + 1;
        if (text[at] == '+') {
            result += ' ';
        } else if (text[at] == '%' && text.size() - at >= 3 &&
                   std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
            result += static_cast<char>(value);
            at += 2;
        } else {
            result += text[at];
        }
    }
    return result;
}

query_values::query_values(std::string_view text) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('&'), text.size());
        const std::string_view one = text.substr(0, end);
        const std::size_t equals = std::min(one.find('='), one.size());
        if (!one.empty()) {
            all_.emplace_back(decode_form(one.substr(0, equals)),
                              decode_form(one.substr(std::min(equals + 1, one.size()))));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

std::optional<std::string_view> query_values::find(std::string_view name) const noexcept {
    const auto found =
        std::ranges::find_if(all_, [&](const auto& one) { return one.first == name; });
    if (found == all_.end()) return std::nullopt;
    return found->second;
}

}  // namespace grove::cmd
