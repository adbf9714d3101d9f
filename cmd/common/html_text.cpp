// SPDX-License-Identifier: MIT
#include "cmd/common/html_text.hpp"

#include "cmd/common/terminal_text.hpp"
#include "cmd/common/utf8.hpp"

namespace grove::cmd {
namespace {

std::string_view entity(char character) noexcept {
    switch (character) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\'':
            return "&#39;";
        default:
            return {};
    }
}

}  // namespace

std::string html_text(std::string_view text) {
    const std::string visible = one_line(text);
    std::string made;
    for (std::string_view rest = visible; !rest.empty();) {
        const utf8_step step = decode_utf8(rest);
        const std::string_view piece = rest.substr(0, step.size);
        rest.remove_prefix(step.size);
        const std::string_view named = entity(piece[0]);
        made += !step.valid ? "\xef\xbf\xbd" : named.empty() ? piece : named;
    }
    return made;
}

}  // namespace grove::cmd
