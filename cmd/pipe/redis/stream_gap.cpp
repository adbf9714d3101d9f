// SPDX-License-Identifier: MIT
#include "cmd/pipe/redis/stream_gap.hpp"

#include "cmd/pipe/redis/stream_entry.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace grove::cmd {
namespace {

using kind = redis_reply::kind;

/// Counts the missing among those that the group has read, unless that was changed meanwhile.
constexpr std::string_view count_as_read = R"lua(
for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
    local is = {}
    for i = 1, #group, 2 do is[group[i]] = group[i + 1] end
    if is['name'] == ARGV[1] and is['last-delivered-id'] == ARGV[2]
            and tostring(is['entries-read']) == ARGV[3] then
        redis.call('XGROUP', 'SETID', KEYS[1], ARGV[1], ARGV[2], 'ENTRIESREAD', ARGV[4])
        return 1
    end
end
return 0
)lua";

std::int64_t number_of(const redis_reply* field) noexcept {
    return field != nullptr && field->what == kind::number ? field->number : -1;
}

stream_id id_of(const redis_reply& list, std::string_view name) {
    const redis_reply* const field = field_of(list, name);
    return field == nullptr ? stream_id() : stream_id::of(field->text);
}

const redis_reply* group_named(const redis_reply& groups, std::string_view name) {
    for (const redis_reply& each : groups.items) {
        const redis_reply* const is = field_of(each, "name");
        if (is != nullptr && is->text == name) return &each;
    }
    return nullptr;
}

}  // namespace

std::uint64_t missing_entries(const redis_reply& stream, const redis_reply& group) {
    const std::int64_t added = number_of(field_of(stream, "entries-added"));
    const std::int64_t length = number_of(field_of(stream, "length"));
    const std::int64_t read = number_of(field_of(group, "entries-read"));
    const stream_id last = id_of(group, "last-delivered-id");
    if (added < 0 || length < 0 || read < 0 || last == stream_id()) return 0;
    std::int64_t ahead = length;
    if (last >= id_of(stream, "last-generated-id"))
        ahead = 0;
    else if (length > 0 && id_of(stream, "recorded-first-entry-id") <= last)
        return 0;  // the stream begins before what it has read
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, added - read - ahead));
}

std::uint64_t stream_gap::take() {
    const auto replies = server_.exchange({{"MULTI"},
                                           {"XINFO", "STREAM", place_.stream},
                                           {"XINFO", "GROUPS", place_.stream},
                                           {"EXEC"}});
    const redis_reply& both = replies.back();
    if (both.items.size() != 2) return 0;
    const redis_reply* const group = group_named(both.items[1], place_.group);
    if (group == nullptr) return 0;
    const std::uint64_t missing = missing_entries(both.items[0], *group);
    if (missing <= told_) return 0;
    const std::string& last = field_of(*group, "last-delivered-id")->text;
    const std::string read = std::to_string(field_of(*group, "entries-read")->number);
    const std::string all = std::to_string(field_of(*group, "entries-read")->number +
                                           static_cast<std::int64_t>(missing));
    const redis_reply done = std::move(
        server_
            .exchange({{"EVAL", count_as_read, "1", place_.stream, place_.group, last, read, all}})
            .front());
    if (done.what == kind::error) return missing - std::exchange(told_, missing);
    return done.number == 1 ? missing - std::exchange(told_, 0) : 0;
}

}  // namespace grove::cmd
