// SPDX-License-Identifier: MIT
#include "cmd/common/terminal_text.hpp"

#include "cmd/common/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <utility>

namespace grove::cmd {

namespace {

using range = std::pair<char32_t, char32_t>;

// Unicode 15, East_Asian_Width W and F, neighbouring blocks joined.
constexpr std::array wide{range{0x1100, 0x115F},   range{0x231A, 0x231B},   range{0x23E9, 0x23EC},
                          range{0x2E80, 0x303E},   range{0x3041, 0xA4CF},   range{0xA960, 0xA97C},
                          range{0xAC00, 0xD7A3},   range{0xF900, 0xFAFF},   range{0xFE10, 0xFE19},
                          range{0xFE30, 0xFE6F},   range{0xFF00, 0xFF60},   range{0xFFE0, 0xFFE6},
                          range{0x1F300, 0x1F64F}, range{0x1F680, 0x1F6FF}, range{0x1F900, 0x1F9FF},
                          range{0x20000, 0x3FFFD}};

// Marks that combine with the character before them, and joiners.
constexpr std::array zero_width{
    range{0x0300, 0x036F}, range{0x0483, 0x0489}, range{0x0591, 0x05BD}, range{0x0610, 0x061A},
    range{0x064B, 0x065F}, range{0x1AB0, 0x1AFF}, range{0x1DC0, 0x1DFF}, range{0x200B, 0x200D},
    range{0x20D0, 0x20FF}, range{0xFE00, 0xFE0F}, range{0xFE20, 0xFE2F}, range{0xE0100, 0xE01EF}};

template <class Ranges>
bool within(const Ranges& ranges, char32_t code) noexcept {
    const auto after = std::upper_bound(
        ranges.begin(), ranges.end(), code,
        [](char32_t value, const range& candidate) { return value < candidate.first; });
    return after != ranges.begin() && code <= std::prev(after)->second;
}

std::size_t width_of(char32_t code) noexcept {
    if (code < 0x300) return 1;
    if (within(zero_width, code)) return 0;
    return within(wide, code) ? 2 : 1;
}

bool is_control(char32_t code) noexcept {
    return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

// Characters that change the direction or order of what follows: they make a name read as another.
bool reorders(char32_t code) noexcept {
    return code == 0x061C || code == 0x200E || code == 0x200F ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

std::string escaped(char32_t code) {
    switch (code) {
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            break;
    }
    return code < 0x100 ? fmt::format("\\x{:02x}", static_cast<unsigned>(code))
                        : fmt::format("\\u{:04x}", static_cast<unsigned>(code));
}

// The longest prefix of at most `columns`, in bytes.
std::size_t prefix_within(std::string_view text, std::size_t columns) noexcept {
    std::size_t at = 0;
    std::size_t used = 0;
    while (at < text.size()) {
        const utf8_step step = decode_utf8(text.substr(at));
        used += width_of(step.code);
        if (used > columns) break;
        at += step.size;
    }
    return at;
}

// Where the longest suffix of at most `columns` begins.
std::size_t suffix_within(std::string_view text, std::size_t columns) noexcept {
    std::size_t begin = 0;
    std::size_t width = display_width(text);
    while (width > columns) {
        const utf8_step step = decode_utf8(text.substr(begin));
        width -= width_of(step.code);
        begin += step.size;
    }
    return begin;
}

const char* environment_value(const char* name) noexcept {
    return std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody writes it
}

}  // namespace

charset locale_charset() noexcept {
    for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const char* const value = environment_value(name);
        if (value == nullptr || *value == '\0') continue;
        // Both ways to write it are in use: en_US.UTF-8, C.utf8.
        const bool is_utf8 =
            ::strcasestr(value, "utf-8") != nullptr || ::strcasestr(value, "utf8") != nullptr;
        return is_utf8 ? charset::utf8 : charset::ascii;
    }
    return charset::ascii;
}

std::size_t display_width(std::string_view text) noexcept {
    std::size_t width = 0;
    while (!text.empty()) {
        const utf8_step step = decode_utf8(text);
        width += width_of(step.code);
        text.remove_prefix(step.size);
    }
    return width;
}

std::string fit_end(std::string_view text, std::size_t columns) {
    if (display_width(text) <= columns) return std::string(text);
    if (columns < 2) return std::string(columns, '.');
    return std::string(text.substr(0, prefix_within(text, columns - 2))) + "..";
}

std::string fit_middle(std::string_view text, std::size_t columns) {
    if (display_width(text) <= columns) return std::string(text);
    if (columns < 8) return fit_end(text, columns);
    const std::size_t tail = (columns - 2) / 2;
    const std::size_t head = columns - 2 - tail;
    return std::string(text.substr(0, prefix_within(text, head))) + ".." +
           std::string(text.substr(suffix_within(text, tail)));
}

std::string one_line(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const utf8_step step = decode_utf8(text);
        if (!step.valid) {
            result += "\xEF\xBF\xBD";
        } else if (is_control(step.code) || reorders(step.code)) {
            result += escaped(step.code);
        } else {
            result += text.substr(0, step.size);
        }
        text.remove_prefix(step.size);
    }
    return result;
}

std::string terminal_filter::operator()(std::string_view chunk) {
    std::string result;
    result.reserve(chunk.size() + 2);
    for (const char c : chunk) {
        const auto byte = static_cast<unsigned char>(c);
        // A carriage return is held back until what follows is known.
        if (std::exchange(carriage_return_, false)) result += c == '\n' ? '\r' : '?';
        // C1 controls are C2 80 to C2 9F in UTF-8.
        if (std::exchange(c2_, false)) {
            if (byte >= 0x80 && byte < 0xA0) {
                result += '?';
                continue;
            }
            result += '\xC2';
        }
        if (c == '\r') {
            carriage_return_ = true;
        } else if (byte == 0xC2) {
            c2_ = true;
        } else {
            const bool harmless = (byte >= 0x20 && byte != 0x7F) || c == '\n' || c == '\t';
            result += harmless ? c : '?';
        }
    }
    return result;
}

}  // namespace grove::cmd
