// SPDX-License-Identifier: MIT
#include "cmd/common/json_text.hpp"
#include "cmd/pipe/redis/redis_source.hpp"

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

}  // namespace

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
