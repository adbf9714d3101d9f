// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/event.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

/// What is said in one room. Whoever reads keeps the number of the message that he has seen last,
/// so that a reader costs nothing, and one who comes back goes on where he was:
///
///     for (std::uint64_t seen = room.before_backlog(); room.wait(seen, 30s);) {
///         const chat_message next = *room.after(seen);    // a copy: another may be added
///         meanwhile seen = next.id; show(next);
///     }
///
/// Threads: the hub's own.

namespace grove::cmd {

using chat_time = std::chrono::sys_time<std::chrono::microseconds>;

struct chat_message {
    /// Microseconds since 1970 when it came, and larger than that of all before it: it tells the
    /// time, and means the same after the server was started again.
    std::uint64_t id = 0;
    std::string user = {};
    std::string text = {};
};

class chat_room {
 public:
    static constexpr std::size_t backlog = 25;  ///< messages that who is new is shown
    /// Messages that are held, for those who are late; who is later still misses some.
    static constexpr std::size_t kept = 250;

    explicit chat_room(std::string name);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// Wakes those who wait; never switches.
    void add(std::string user, std::string text, chat_time at);

    /// The first message after that number, valid until the next `add`; null when there is none.
    [[nodiscard]] const chat_message* after(std::uint64_t id) const noexcept;

    /// The number of the last message; 0 when nothing has been said.
    [[nodiscard]] std::uint64_t newest() const noexcept;
    /// The number to read the backlog from.
    [[nodiscard]] std::uint64_t before_backlog() const noexcept;

    /// Until there is a message after that number. Result: false when `until` came first, or there
    /// will be none any more.
    bool wait(std::uint64_t id, deadline until = never);

    /// Nothing more will be said; what was can still be read.
    void close() noexcept;

    [[nodiscard]] bool closed() const noexcept { return closed_; }

 private:
    std::string name_;
    std::deque<chat_message> messages_;
    std::uint64_t before_ = 0;  // of the last message that is no longer held
    event news_;
    bool closed_ = false;
};

}  // namespace grove::cmd
