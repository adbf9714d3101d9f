// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace grove::cmd {

/// `text` as HTML shows it, between tags and in quoted attributes: whatever it holds, it makes no
/// tag. Control characters, and those that reorder text, become visible; what is not UTF-8 becomes
/// U+FFFD.
[[nodiscard]] std::string html_text(std::string_view text);

}  // namespace grove::cmd
