// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

/// What all of the chat's pages hold, as it stands between their tags.

namespace grove::cmd {

extern const std::string_view chat_page_style;
/// Of the page of a room.
extern const std::string_view chat_page_script;

}  // namespace grove::cmd
