// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/source_location.hpp>
#include <grove/greenlet.hpp>
#include <grove/queue.hpp>
#include <grove/timeout.hpp>

#include <concepts>
#include <cstddef>
#include <stdexcept>
#include <utility>

/// An actor: a greenlet with an inbox, to which others send messages that it handles one by one.
///
///     grove::actor<std::string> log(100);
///     log.start([&](std::string& line) { file << line; });
///     log.send("ready");
///
/// The function is kept by the actor, not in a subclass: nothing of it can be gone while it runs.
/// Actors that write to each other are declared first and started afterwards.

namespace grove {

template <class Message>
class actor {
 public:
    /// `capacity` messages wait in the inbox at most; a sender waits for room.
    explicit actor(std::size_t capacity) : inbox_(capacity) {}

    explicit actor(unbounded_t) : inbox_(unbounded) {}

    actor(const actor&) = delete;
    actor& operator=(const actor&) = delete;
    /// Kills the greenlet and waits until it is gone.
    ~actor() = default;

    /// Calls `receive` for each message, in the order they came, until `stop`. When it throws, the
    /// actor has failed: the inbox is closed, and what waits there is dropped.
    /// Throws: `std::logic_error` when the actor was started before.
    template <std::invocable<Message&> F>
    void start(F receive, detail::source_location from = detail::source_location::current()) {
        if (self_.valid()) throw std::logic_error("this actor was started before");
        self_ = spawn(
            [this, receive = std::move(receive)]() mutable {
                const on_exit close([this] { inbox_.close_now(); });
                for (Message& message : inbox_) receive(message);
            },
            from);
    }

    /// Waits for room and puts the message into the inbox. Result: false when `until` came first.
    /// Throws: `queue_closed` after `stop`, or when the actor has ended.
    bool send(Message message, deadline until = never) {
        return inbox_.put(std::move(message), until);
    }

    /// Result: false when the inbox is full or closed. Never blocks.
    bool try_send(Message message) { return inbox_.try_put(std::move(message)); }

    /// No message is taken from here on; those in the inbox are still handled. May be called by
    /// the actor itself.
    void stop() noexcept { inbox_.close(); }

    /// Waits until a started actor has ended. Result: false when `until` came first.
    /// Throws: what `receive` threw. Interrupted: nothing happened.
    bool join(deadline until = never) {
        if (!self_.join(until)) return false;
        if (self_.exception()) std::rethrow_exception(self_.exception());
        return true;
    }

 private:
    queue<Message> inbox_;
    greenlet<void> self_;  // last: it uses the inbox
};

}  // namespace grove
