// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/serve/chat.hpp"

#include <string>
#include <string_view>

/// The chat's pages: HTML without anything from elsewhere. All their links are relative, so that
/// they work below any path and behind a proxy.

namespace grove::cmd {

/// Asks for a name; at the chat's own path with a slash.
[[nodiscard]] std::string chat_name_page();

/// `/USER`: the rooms.
[[nodiscard]] std::string chat_rooms_page(const chat& all, std::string_view user);

/// `/ROOM/USER`: the backlog, and what is said from there on.
[[nodiscard]] std::string chat_room_page(const chat_room& room, std::string_view user);

/// The Content-Security-Policy of these pages: their own script and style, and no others.
[[nodiscard]] std::string chat_page_policy();

}  // namespace grove::cmd
