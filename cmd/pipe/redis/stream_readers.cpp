// SPDX-License-Identifier: MIT
#include "cmd/pipe/redis/stream_readers.hpp"

#include "cmd/common/output.hpp"

#include <grove/greenlet.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration first_pause = 5ms;
constexpr duration longest_pause = 200ms;

std::uint64_t count_of(const redis_reply* field) noexcept {
    if (field == nullptr || field->what != redis_reply::kind::number) return 0;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(field->number, 0));
}

}  // namespace

std::size_t stream_readers::wait_for_room(std::size_t wanted) {
    if (!place_.lag) return wanted;
    bool is_told = false;
    for (duration pause = first_pause; room_ == 0; pause = std::min(pause * 2, longest_pause)) {
        const std::uint64_t before_them = behind();
        room_ = *place_.lag - std::min(*place_.lag, before_them);
        if (room_ > 0) break;
        if (!is_told) {
            is_told = true;
            talk_.say(fmt::format("redis: {} waits: its readers are {} entries behind",
                                  place_.stream, before_them));
        }
        sleep_for(pause);
    }
    const std::size_t granted = std::min<std::uint64_t>(wanted, room_);
    room_ -= granted;
    return granted;
}

std::uint64_t stream_readers::behind() {
    const auto replies =
        server_.exchange({{"XINFO", "GROUPS", place_.stream}, {"XLEN", place_.stream}});
    const redis_reply& groups = replies[0];
    // An error: there is no such stream yet.
    if (groups.what != redis_reply::kind::array || groups.items.empty())
        return count_of(&replies[1]);
    std::uint64_t most = 0;
    for (const redis_reply& group : groups.items) most = std::max(most, behind(group));
    return most;
}

std::uint64_t stream_readers::behind(const redis_reply& group) {
    const std::uint64_t pending = count_of(field_of(group, "pending"));
    const redis_reply* const lag = field_of(group, "lag");
    if (lag != nullptr && lag->what == redis_reply::kind::number) return pending + count_of(lag);
    const redis_reply* const last = field_of(group, "last-delivered-id");
    return pending + (last == nullptr ? 0 : entries_after(last->text));
}

/// Servers before 7 do not tell the lag, and later ones not once entries were deleted: so they are
/// counted, as far as it matters.
std::uint64_t stream_readers::entries_after(std::string_view id) {
    const std::string from = '(' + std::string(id);
    const std::string most = std::to_string(*place_.lag);
    return server_.command({"XRANGE", place_.stream, from, "+", "COUNT", most}).items.size();
}

}  // namespace grove::cmd
