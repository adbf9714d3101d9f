// SPDX-License-Identifier: MIT
#include "cmd/pipe/redis/redis_sink.hpp"

#include "cmd/pipe/framer.hpp"
#include "cmd/pipe/redis/redis_connection.hpp"
#include "cmd/pipe/redis/redis_settlement.hpp"
#include "cmd/pipe/redis/stream_readers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t at_once = 512;  // entries before their replies are waited for
constexpr std::size_t most_pending = std::size_t{4} << 20;
constexpr duration longest_wait = 100ms;         // for an exact end
constexpr std::uint64_t exactly_trimmed = 1000;  // longer streams are trimmed node by node

/// Where both are on one server, what is added and what that settles can be one transaction.
redis_settlement* on_same_server(settlement* kept, const redis_place& place) {
    auto* const stream = dynamic_cast<redis_settlement*>(kept);
    if (stream == nullptr) return nullptr;
    const redis_place& from = stream->place();
    const bool is_same =
        from.server.endpoint() == place.server.endpoint() && from.database == place.database;
    return is_same ? stream : nullptr;
}

class redis_sink final : public sink {
 public:
    redis_sink(const redis_place& place, char item_end, output& out, settlement* kept)
        : sink(on_same_server(kept, place) != nullptr ? nullptr : kept),
          place_(place),
          from_(on_same_server(kept, place)),
          maxlen_(place.maxlen ? std::to_string(*place.maxlen) : ""),
          end_(item_end),
          server_(place, out),
          readers_(place, server_, out) {}

 protected:
    /// What the server has answered is there.
    void write(const block& items) override {
        if (from_ != nullptr)
            add_and_settle(items);
        else
            add_all(items.bytes);
    }

    void flush(const block_queue& /*in*/) override {
        if (send_by_.expired()) transact();
    }

    [[nodiscard]] deadline flush_by() const noexcept override { return send_by_; }

    bool secure() override {
        if (from_ != nullptr) transact();
        return true;
    }

 private:
    using words = redis_connection::words;

    void add_all(std::string_view items) {
        while (!items.empty()) {
            std::vector<words> commands;
            const std::size_t most = readers_.wait_for_room(at_once);
            while (!items.empty() && commands.size() < most)
                commands.push_back(command_for(take_item(items, end_)));
            for (const redis_reply& reply : server_.exchange(commands)) check(reply);
        }
    }

    /// What is no exact end waits a moment for one, as long as it is not too much: behind an exact
    /// end a crash adds nothing twice.
    void add_and_settle(const block& items) {
        if (send_by_.is_never()) send_by_ = deadline(longest_wait);
        pending_ += items.bytes;
        through_ = std::max(through_, items.through);
        if (items.exact || pending_.size() >= most_pending) transact();
    }

    /// What waits, and the acknowledgement of all that it came of.
    void transact() {
        send_by_ = never;
        std::vector<words> commands{{"MULTI"}};
        const std::vector<std::string> settled = from_->entries_through(through_);
        const std::string items = std::exchange(pending_, {});
        std::string_view rest = items;
        while (!rest.empty()) commands.push_back(command_for(take_item(rest, end_)));
        if (!settled.empty()) {
            words all{"XACK", from_->place().stream, from_->place().group};
            all.insert(all.end(), settled.begin(), settled.end());
            commands.push_back(std::move(all));
        }
        if (commands.size() == 1) return;
        static_cast<void>(readers_.wait_for_room(commands.size()));
        commands.push_back({"EXEC"});
        const auto replies = server_.exchange(commands);
        check(replies.back());
        for (const redis_reply& reply : replies.back().items) check(reply);
        from_->settle(through_);
    }

    void check(const redis_reply& reply) const {
        if (reply.what == redis_reply::kind::error)
            throw stage_failed(fmt::format("redis: {}: {}", place_.stream, reply.text));
    }

    [[nodiscard]] words command_for(std::string_view item) const {
        if (maxlen_.empty()) return {"XADD", place_.stream, "*", "item", item};
        const std::string_view how = *place_.maxlen <= exactly_trimmed ? "=" : "~";
        return {"XADD", place_.stream, "MAXLEN", how, maxlen_, "*", "item", item};
    }

    const redis_place& place_;
    std::string pending_;  // items of a transaction that was not sent
    std::uint64_t through_ = 0;
    deadline send_by_ = never;
    redis_settlement* from_;  // null: another server's, or none
    std::string maxlen_;
    char end_;
    redis_connection server_;
    stream_readers readers_;
};

}  // namespace

std::unique_ptr<sink> make_redis_sink(const redis_place& place, char item_end, output& out,
                                      settlement* kept) {
    return std::make_unique<redis_sink>(place, item_end, out, kept);
}

}  // namespace grove::cmd
