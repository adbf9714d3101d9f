// SPDX-License-Identifier: MIT
#include "cmd/serve/chat.hpp"

#include "cmd/common/utf8.hpp"

#include <algorithm>

namespace grove::cmd {
namespace {

constexpr std::size_t longest_name = 60;
constexpr duration pause_between_sweeps = std::chrono::seconds(30);

/// Calls `fits` with each code point. Result: all fit, and all is UTF-8.
template <class Fits>
bool each_character(std::string_view text, Fits fits) noexcept {
    while (!text.empty()) {
        const utf8_step step = decode_utf8(text);
        if (!step.valid || !fits(step.code)) return false;
        text.remove_prefix(step.size);
    }
    return true;
}

bool is_control(char32_t c) noexcept {
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

}  // namespace

bool is_chat_name(std::string_view text) noexcept {
    if (text.empty() || text.size() > longest_name || text == "." || text == "..") return false;
    if (text.front() == ' ' || text.back() == ' ') return false;
    return each_character(text, [](char32_t c) { return !is_control(c) && c != ':' && c != '/'; });
}

bool is_chat_text(std::string_view text) noexcept {
    if (text.size() > chat::longest_text) return false;
    const bool blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
    return !blank && each_character(text, [](char32_t) { return true; });
}

std::vector<std::string> chat_room_names(std::string_view list) {
    if (list.empty()) return {"topic1", "topic2"};
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        names.emplace_back(list.substr(begin, end - begin));
        begin = end + 1;
    }
    return names;
}

chat_user::presence::presence(chat_user& of) noexcept : of_(of) {
    ++of_.here_;
}

chat_user::presence::~presence() {
    --of_.here_;
    of_.heard_ = deadline::now();
}

chat::chat(const std::vector<std::string>& rooms) {
    for (const std::string& name : rooms) rooms_.emplace_back(name);
}

chat_room* chat::room(std::string_view name) noexcept {
    const auto found = std::ranges::find(rooms_, name, &chat_room::name);
    return found == rooms_.end() ? nullptr : &*found;
}

chat_user* chat::enter(std::string_view user, chat_room& room) {
    const deadline now = deadline::now();
    if (now - swept_ >= pause_between_sweeps || users_.size() >= most_users) forget_the_gone(now);
    auto found = users_.find(user);
    if (found == users_.end()) {
        if (users_.size() >= most_users) return nullptr;
        found = users_.try_emplace(std::string(user)).first;
    } else if (is_forgotten(found->second, now)) {
        found->second.seen_.clear();
    }
    found->second.heard_ = now;
    found->second.seen_.try_emplace(&room, room.newest());
    return &found->second;
}

chat_user* chat::user(std::string_view name) noexcept {
    const auto found = users_.find(name);
    const deadline now = deadline::now();
    if (found == users_.end() || is_forgotten(found->second, now)) return nullptr;
    found->second.heard_ = now;
    return &found->second;
}

void chat::say(chat_room& room, std::string_view user, std::string_view text, chat_time at) {
    room.add(std::string(user), std::string(text), at);
    news_.set();
    if (!closed_) news_.clear();
}

std::optional<chat_message> chat::listen(chat_user& user, deadline until) {
    const chat_user::presence here(user);
    for (;;) {
        if (auto message = take(user)) return message;
        if (closed_ || !news_.wait(until)) return std::nullopt;
    }
}

void chat::close() noexcept {
    closed_ = true;
    news_.set();
    for (chat_room& room : rooms_) room.close();
}

void chat::forget_the_gone(deadline now) {
    swept_ = now;
    std::erase_if(users_, [&](const auto& one) { return is_forgotten(one.second, now); });
}

bool chat::is_forgotten(const chat_user& user, deadline now) noexcept {
    return user.here_ == 0 && now - user.heard_ >= memory;
}

/// The oldest that he has not seen.
std::optional<chat_message> chat::take(chat_user& user) {
    const chat_message* oldest = nullptr;
    std::uint64_t* seen = nullptr;
    for (auto& [room, last] : user.seen_) {
        const chat_message* const next = room->after(last);
        if (!next || (oldest && next->id >= oldest->id)) continue;
        oldest = next;
        seen = &last;
    }
    if (!oldest) return std::nullopt;
    *seen = oldest->id;
    return *oldest;
}

}  // namespace grove::cmd
