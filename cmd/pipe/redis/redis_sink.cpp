// SPDX-License-Identifier: MIT
#include "cmd/pipe/redis/redis_sink.hpp"

#include "cmd/pipe/framer.hpp"
#include "cmd/pipe/redis/redis_connection.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace grove::cmd {
namespace {

constexpr std::size_t at_once = 512;  // entries before their replies are waited for

class redis_sink final : public sink {
 public:
    redis_sink(const redis_place& place, char item_end, output& out, settlement* kept)
        : sink(kept),
          place_(place),
          maxlen_(place.maxlen ? std::to_string(*place.maxlen) : ""),
          end_(item_end),
          server_(place, out) {}

 protected:
    /// What the server has answered is there.
    void write(const block& items) override { add_all(items.bytes); }

 private:
    void add_all(std::string_view items) {
        while (!items.empty()) {
            std::vector<redis_connection::words> commands;
            while (!items.empty() && commands.size() < at_once)
                commands.push_back(command_for(take_item(items, end_)));
            for (const redis_reply& reply : server_.exchange(commands)) {
                if (reply.what == redis_reply::kind::error)
                    throw stage_failed(fmt::format("redis: {}: {}", place_.stream, reply.text));
            }
        }
    }

    [[nodiscard]] redis_connection::words command_for(std::string_view item) const {
        if (maxlen_.empty()) return {"XADD", place_.stream, "*", "item", item};
        return {"XADD", place_.stream, "MAXLEN", "~", maxlen_, "*", "item", item};
    }

    const redis_place& place_;
    std::string maxlen_;
    char end_;
    redis_connection server_;
};

}  // namespace

std::unique_ptr<sink> make_redis_sink(const redis_place& place, char item_end, output& out,
                                      settlement* kept) {
    return std::make_unique<redis_sink>(place, item_end, out, kept);
}

}  // namespace grove::cmd
