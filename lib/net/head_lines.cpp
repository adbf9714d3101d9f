// SPDX-License-Identifier: MIT
#include "net/head_lines.hpp"

#include <algorithm>

namespace grove::http {
namespace {

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

}  // namespace

bool same_name(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                              [](char x, char y) { return lower(x) == lower(y); });
}

bool head_lines::add(std::string_view line) {
    if (closed_) return true;
    if (line.starts_with("HTTP/")) {
        clear();
        return true;
    }
    if (text_.size() + line.size() > largest) return false;
    const std::string_view content = trimmed(line);
    if (content.empty()) return true;
    if ((line.front() == ' ' || line.front() == '\t') && !fields_.empty()) {
        text_ += ' ';  // an obsolete fold goes on with the line before it (RFC 9112 5.2)
        text_ += content;
        fields_.back().value_size += static_cast<std::uint32_t>(content.size() + 1);
        return true;
    }
    const std::size_t colon = content.find(':');
    if (colon == std::string_view::npos) return true;
    const std::string_view name = trimmed(content.substr(0, colon));
    const std::string_view value = trimmed(content.substr(colon + 1));
    fields_.push_back({static_cast<std::uint32_t>(name.size()),
                       static_cast<std::uint32_t>(value.size()),
                       static_cast<std::uint32_t>(text_.size())});
    text_ += name;
    text_ += value;
    return true;
}

void head_lines::clear() noexcept {
    text_.clear();
    fields_.clear();
    closed_ = false;
}

std::string_view head_lines::name(const field& f) const noexcept {
    return std::string_view(text_).substr(f.at, f.name_size);
}

std::string_view head_lines::value(const field& f) const noexcept {
    return std::string_view(text_).substr(f.at + f.name_size, f.value_size);
}

std::optional<std::string_view> head_lines::find(std::string_view wanted) const noexcept {
    for (auto at = fields_.rbegin(); at != fields_.rend(); ++at) {
        if (same_name(name(*at), wanted)) return value(*at);
    }
    return std::nullopt;
}

std::vector<header> head_lines::all() const {
    std::vector<header> headers;
    headers.reserve(fields_.size());
    for (const field& f : fields_) {
        headers.push_back({std::string(name(f)), std::string(value(f))});
    }
    return headers;
}

}  // namespace grove::http
