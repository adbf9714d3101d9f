// SPDX-License-Identifier: MIT
#include "cmd/fetch/file_name.hpp"

#include "cmd/common/percent_code.hpp"
#include "cmd/common/utf8.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace grove::cmd {

namespace {

constexpr std::string_view fallback_name = "index.html";

// Characters that are invisible, end a line, or reorder what a terminal shows: a name with them
// can pass for another one. C1 codes start escape sequences on some terminals.
bool is_deceptive(char32_t c) noexcept {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

std::string_view trim_blanks(std::string_view text) noexcept {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

std::string_view last_segment(std::string_view path, std::string_view separators) noexcept {
    const auto separator = path.find_last_of(separators);
    return separator == std::string_view::npos ? path : path.substr(separator + 1);
}

[[noreturn]] void refuse_path(std::string_view path, const std::string& why) {
    throw std::invalid_argument("the name '" + std::string(path.substr(0, 300)) + "' " + why);
}

void check_part(std::string_view path, std::string_view part) {
    if (part == "..") {
        refuse_path(path, "leaves the output folder; give the folder with -o");
    }
    if (part.size() > max_name_bytes) {
        refuse_path(path, "has a part above " + std::to_string(max_name_bytes) + " bytes");
    }
    const bool control = std::ranges::any_of(part, [](char c) {
        const auto code = static_cast<unsigned char>(c);
        return code < 0x20 || code == 0x7F;
    });
    if (control) throw std::invalid_argument("the name has a control character in it");
}

}  // namespace

std::string safe_file_name(std::string_view raw, name_origin origin) {
    std::string name;
    raw = trim_blanks(raw);
    name.reserve(raw.size());
    while (!raw.empty()) {
        const auto character = decode_utf8(raw);
        const auto bytes = raw.substr(0, character.size);
        const bool bad =
            !character.valid || is_deceptive(character.code) || bytes == "/" || bytes == "\\";
        name += bad ? std::string_view("_") : bytes;
        raw.remove_prefix(character.size);
    }
    if (name == "." || name == "..") std::ranges::fill(name, '_');
    if (origin == name_origin::header && name.starts_with('.')) name[0] = '_';
    if (name.empty()) return std::string(fallback_name);
    return shorten_name(name, max_name_bytes);
}

std::string url_file_name(std::string_view url) {
    url = url.substr(0, url.find_first_of("?#"));
    const auto authority = url.find("://");
    const auto from = authority == std::string_view::npos ? 0 : authority + 3;
    const auto slash = url.find('/', from);
    if (slash == std::string_view::npos) return std::string(fallback_name);
    return safe_file_name(percent_decode(last_segment(url.substr(slash), "/")), name_origin::url);
}

std::string checked_path(std::string_view path) {
    if (path.empty()) return {};
    if (path.starts_with('/')) refuse_path(path, "is absolute; give the folder with -o");
    if (path.ends_with('/')) refuse_path(path, "is a folder; write the file's name after it");
    if (path.size() > 4000) refuse_path(path, "is longer than 4000 bytes");
    std::string clean;
    for (std::size_t begin = 0; begin < path.size();) {
        const auto end = std::min(path.find('/', begin), path.size());
        const auto part = path.substr(begin, end - begin);
        check_part(path, part);
        if (!part.empty() && part != ".") {
            if (!clean.empty()) clean += '/';
            clean += part;
        }
        begin = end + 1;
    }
    if (clean.empty()) refuse_path(path, "is a folder; write the file's name");
    return clean;
}

std::string shorten_name(std::string_view name, std::size_t limit) {
    if (name.size() <= limit) return std::string(name);
    auto extension = name.substr(extension_offset(name));
    if (extension.size() > limit / 2) extension = {};
    auto stem = name.substr(0, limit - extension.size());
    // Back to the start of a sequence that the cut would split.
    std::size_t end = stem.size();
    while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
    return std::string(stem.substr(0, end)) + std::string(extension);
}

std::size_t extension_offset(std::string_view path) noexcept {
    const auto name = last_segment(path, "/");
    const auto start = path.size() - name.size();
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == name.size()) return path.size();
    const auto stem = name.substr(0, dot);
    const bool archive = stem.size() > 4 && stem.ends_with(".tar");
    return start + (archive ? dot - 4 : dot);
}

}  // namespace grove::cmd
