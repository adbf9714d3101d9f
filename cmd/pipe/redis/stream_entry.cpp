// SPDX-License-Identifier: MIT
#include "cmd/pipe/redis/stream_entry.hpp"

#include "cmd/common/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace grove::cmd {
namespace {

using kind = redis_reply::kind;

stream_entry entry_of(const redis_reply& reply) {
    if (reply.what != kind::array || reply.items.size() != 2) redis_detail::throw_malformed();
    stream_entry made{.id = reply.items[0].text};
    made.is_gone = reply.items[1].what == kind::null;
    for (const redis_reply& field : reply.items[1].items) made.fields.push_back(field.text);
    if (made.fields.size() % 2 != 0) redis_detail::throw_malformed();
    return made;
}

const std::string* plain_item(const stream_entry& entry) {
    for (std::size_t i = 0; i < entry.fields.size(); i += 2) {
        if (entry.fields[i] == "item") return &entry.fields[i + 1];
    }
    return entry.fields.size() == 2 ? &entry.fields[1] : nullptr;
}

/// Of those whose next delivery, of `most`, is this one.
std::size_t together(std::uint64_t delivery, unsigned most) noexcept {
    constexpr std::size_t many = 512;
    if (delivery > most) return many;  // they are put aside
    switch (most - delivery) {
        case 0:
            return 1;
        case 1:
            return 8;
        case 2:
            return 64;
        default:
            return many;
    }
}

std::uint64_t number_in(std::string_view text) noexcept {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

std::vector<past_delivery> deliveries_in(const redis_reply& reply) {
    std::vector<past_delivery> made;
    for (const redis_reply& one : reply.items) {
        if (one.items.size() < 4) redis_detail::throw_malformed();
        made.push_back({.id = one.items[0].text,
                        .consumer = one.items[1].text,
                        .times = static_cast<std::uint64_t>(one.items[3].number)});
    }
    return made;
}

std::size_t deliver_together(const std::vector<past_delivery>& past, unsigned most) {
    std::size_t allowed = past.size();
    std::size_t taken = 0;
    for (const past_delivery& each : past) {
        allowed = std::min(allowed, together(each.times + 1, most));
        if (taken >= allowed) break;
        ++taken;
    }
    return taken;
}

stream_id stream_id::of(std::string_view text) noexcept {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return {};
    return {.milliseconds = number_in(text.substr(0, dash)),
            .sequence = number_in(text.substr(dash + 1))};
}

std::vector<stream_entry> entries_of(const redis_reply& reply) {
    std::vector<stream_entry> made;
    if (reply.what == kind::null) return made;
    if (reply.what != kind::array) redis_detail::throw_malformed();
    made.reserve(reply.items.size());
    for (const redis_reply& each : reply.items) {
        // XAUTOCLAIM of servers before 7 tells what is gone as a bare null.
        if (each.what != kind::null) made.push_back(entry_of(each));
    }
    return made;
}

std::string item_of(const stream_entry& entry, char item_end) {
    const std::string* const plain = plain_item(entry);
    if (plain != nullptr && plain->find(item_end) == std::string::npos) return *plain;
    json_object all;
    for (std::size_t i = 0; i < entry.fields.size(); i += 2)
        all.add(entry.fields[i], entry.fields[i + 1]);
    return all.text();
}

}  // namespace grove::cmd
