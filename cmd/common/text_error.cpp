// SPDX-License-Identifier: MIT
#include "cmd/common/text_error.hpp"

#include "cmd/common/terminal_text.hpp"

#include <algorithm>

namespace grove::cmd {

namespace {

constexpr std::size_t before = 48;  // bytes shown in front of the caret
constexpr std::size_t after = 24;

bool continues_character(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

}  // namespace

std::string caret_lines(std::string_view text, std::size_t offset, std::size_t indent) {
    offset = std::min(offset, text.size());
    while (offset > 0 && offset < text.size() && continues_character(text[offset])) --offset;

    std::size_t begin = offset > before ? offset - before : 0;
    while (begin > 0 && begin < offset && continues_character(text[begin])) ++begin;
    std::size_t end = std::min(text.size(), offset + after);
    while (end < text.size() && continues_character(text[end])) ++end;

    const std::string head = (begin > 0 ? ".." : "") + one_line(text.substr(begin, offset - begin));
    const std::string tail =
        one_line(text.substr(offset, end - offset)) + (end < text.size() ? ".." : "");
    const std::string margin(indent, ' ');
    return margin + head + tail + '\n' + margin + std::string(display_width(head), ' ') + '^';
}

}  // namespace grove::cmd
