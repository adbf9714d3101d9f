// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/serve/chat_room.hpp"

#include <grove/deadline.hpp>
#include <grove/event.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Rooms, and the users who have entered them. A user is a name; he is forgotten when nothing has
/// been heard of him for five minutes.
///
/// Threads: the hub's own.

namespace grove::cmd {

/// 1 to 60 bytes of UTF-8, without control characters, colons and slashes, without blanks at an
/// end; neither `.` nor `..`, which browsers do not send.
[[nodiscard]] bool is_chat_name(std::string_view text) noexcept;

/// 1 to 4096 bytes of UTF-8, not all of them blank.
[[nodiscard]] bool is_chat_text(std::string_view text) noexcept;

/// Those between the commas; without any, the tutorial's `topic1` and `topic2`.
[[nodiscard]] std::vector<std::string> chat_room_names(std::string_view list);

class chat_user {
 public:
    /// Keeps him from being forgotten. The user must have been found in the same turn.
    class [[nodiscard]] presence {
     public:
        explicit presence(chat_user& of) noexcept;
        presence(const presence&) = delete;
        presence& operator=(const presence&) = delete;
        ~presence();

     private:
        chat_user& of_;
    };

 private:
    friend class chat;

    std::map<chat_room*, std::uint64_t> seen_;  // the last message of each of his rooms
    unsigned here_ = 0;
    deadline heard_ = deadline::now();
};

class chat {
 public:
    static constexpr std::size_t most_users = 10'000;
    static constexpr duration memory = std::chrono::minutes(5);
    static constexpr std::size_t longest_text = 4096;

    explicit chat(const std::vector<std::string>& rooms);

    [[nodiscard]] const std::deque<chat_room>& rooms() const noexcept { return rooms_; }

    /// Null when there is none of that name.
    [[nodiscard]] chat_room* room(std::string_view name) noexcept;

    /// From here on the user hears what is said in the room; what was said before stays unheard.
    /// Result: null when there are too many users.
    [[nodiscard]] chat_user* enter(std::string_view user, chat_room& room);

    /// Null for one who has not entered any room, or is forgotten.
    [[nodiscard]] chat_user* user(std::string_view name) noexcept;

    /// All who have entered the room hear it, also who says it.
    void say(chat_room& room, std::string_view user, std::string_view text, chat_time at);

    /// The next message from any of his rooms. Of several that listen for one user, each message
    /// goes to one. Result: nothing when `until` came first, or the chat is closed.
    [[nodiscard]] std::optional<chat_message> listen(chat_user& user, deadline until);

    /// Ends all waits, also those in the rooms.
    void close() noexcept;

 private:
    void forget_the_gone(deadline now);
    static bool is_forgotten(const chat_user& user, deadline now) noexcept;
    static std::optional<chat_message> take(chat_user& user);

    std::deque<chat_room> rooms_;
    std::map<std::string, chat_user, std::less<>> users_;
    deadline swept_ = deadline::now();
    event news_;
    bool closed_ = false;
};

}  // namespace grove::cmd
