// SPDX-License-Identifier: MIT
#include "cmd/serve/chat_room.hpp"

#include <algorithm>
#include <utility>

namespace grove::cmd {

chat_room::chat_room(std::string name) : name_(std::move(name)) {}

void chat_room::add(std::string user, std::string text, chat_time at) {
    const auto clock = static_cast<std::uint64_t>(at.time_since_epoch().count());
    const std::uint64_t id = std::max(clock, newest() + 1);
    messages_.push_back({.id = id, .user = std::move(user), .text = std::move(text)});
    if (messages_.size() > kept) {
        before_ = messages_.front().id;
        messages_.pop_front();
    }
    news_.set();
    if (!closed_) news_.clear();
}

const chat_message* chat_room::after(std::uint64_t id) const noexcept {
    const auto found = std::ranges::upper_bound(messages_, id, {}, &chat_message::id);
    return found == messages_.end() ? nullptr : &*found;
}

std::uint64_t chat_room::newest() const noexcept {
    return messages_.empty() ? 0 : messages_.back().id;
}

std::uint64_t chat_room::before_backlog() const noexcept {
    if (messages_.size() <= backlog) return before_;
    return messages_[messages_.size() - backlog - 1].id;
}

bool chat_room::wait(std::uint64_t id, deadline until) {
    while (!after(id)) {
        if (closed_ || !news_.wait(until)) return false;
    }
    return true;
}

void chat_room::close() noexcept {
    closed_ = true;
    news_.set();
}

}  // namespace grove::cmd
