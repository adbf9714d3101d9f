// SPDX-License-Identifier: MIT
#include "cmd/common/percent_code.hpp"
#include "cmd/common/utf8.hpp"
#include "cmd/fetch/file_name.hpp"

#include <algorithm>

namespace grove::cmd {

namespace {

// A value above this is no name but an attack or an accident.
constexpr std::size_t max_header = 8192;

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view a, std::string_view b) noexcept {
    return std::ranges::equal(a, b, {}, lower, lower);
}

void skip_blanks(std::string_view& text) noexcept {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
}

std::string_view trim(std::string_view text) noexcept {
    skip_blanks(text);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

// Takes a quoted-string (RFC 9110 5.6.4) off the front, whose quote was seen already. Some servers
// send unescaped backslashes of a Windows path: one that escapes nothing special is kept.
std::string take_quoted(std::string_view& text) {
    std::string value;
    text.remove_prefix(1);
    while (!text.empty() && text.front() != '"') {
        const bool escape =
            text.size() > 1 && text[0] == '\\' && (text[1] == '"' || text[1] == '\\');
        if (escape) text.remove_prefix(1);
        value += text.front();
        text.remove_prefix(1);
    }
    if (!text.empty()) text.remove_prefix(1);
    return value;
}

// Up to the next semicolon: blanks in an unquoted name are common and do no harm.
std::string take_unquoted(std::string_view& text) {
    const auto end = std::min(text.find(';'), text.size());
    const auto value = trim(text.substr(0, end));
    text.remove_prefix(end);
    return std::string(value);
}

struct parameter {
    std::string_view name;
    std::string value;
};

// The next `name=value`; pieces without `=`, such as the disposition type, are passed over.
std::optional<parameter> take_parameter(std::string_view& text) {
    while (!text.empty()) {
        const auto end = text.find_first_of("=;\"");
        if (end == std::string_view::npos) return std::nullopt;
        if (text[end] != '=') {
            if (text[end] == '"') {
                text.remove_prefix(end);
                (void)take_quoted(text);
            } else {
                text.remove_prefix(end + 1);
            }
            continue;
        }
        parameter found;
        found.name = trim(text.substr(0, end));
        text.remove_prefix(end + 1);
        skip_blanks(text);
        found.value = text.starts_with('"') ? take_quoted(text) : take_unquoted(text);
        return found;
    }
    return std::nullopt;
}

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const auto character = decode_utf8(text);
        if (!character.valid) return false;
        text.remove_prefix(character.size);
    }
    return true;
}

std::string latin1_to_utf8(std::string_view text) {
    std::string utf8;
    for (const char c : text) {
        const auto code = static_cast<unsigned char>(c);
        if (code < 0x80) {
            utf8 += c;
        } else {
            utf8 += static_cast<char>(0xC0U | (code >> 6));
            utf8 += static_cast<char>(0x80U | (code & 0x3FU));
        }
    }
    return utf8;
}

// charset'language'percent-encoded (RFC 8187 3.2). UTF-8 is the only charset a sender may use
// now; ISO-8859-1 was required of older ones.
std::optional<std::string> decode_extended(std::string_view value) {
    const auto first = value.find('\'');
    const auto second = first == std::string_view::npos ? first : value.find('\'', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    const auto charset = value.substr(0, first);
    auto bytes = percent_decode(value.substr(second + 1));
    if (same_word(charset, "iso-8859-1")) return latin1_to_utf8(bytes);
    if (!same_word(charset, "utf-8") || !is_utf8(bytes)) return std::nullopt;
    return bytes;
}

std::optional<std::string> safe_last_part(std::string_view raw) {
    const auto separator = raw.find_last_of("/\\");
    if (separator != std::string_view::npos) raw.remove_prefix(separator + 1);
    const bool no_name = std::ranges::all_of(raw, [](char c) { return c == '.' || is_blank(c); });
    if (no_name) return std::nullopt;
    return safe_file_name(raw, name_origin::header);
}

}  // namespace

std::optional<std::string> content_disposition_name(std::string_view value) {
    if (value.size() > max_header) return std::nullopt;
    std::optional<std::string> plain;
    std::optional<std::string> extended;
    while (auto found = take_parameter(value)) {
        if (same_word(found->name, "filename*")) {
            const auto decoded = decode_extended(found->value);
            if (decoded && !extended) extended = safe_last_part(*decoded);
        } else if (same_word(found->name, "filename") && !plain) {
            plain =
                safe_last_part(is_utf8(found->value) ? found->value : latin1_to_utf8(found->value));
        }
    }
    return extended ? extended : plain;
}

}  // namespace grove::cmd
