// SPDX-License-Identifier: MIT
#include "cmd/pipe/listen_source.hpp"

#include "cmd/common/output.hpp"
#include "cmd/common/socket_files.hpp"
#include "cmd/pipe/framer.hpp"
#include "cmd/pipe/item_ledger.hpp"

#include <grove/error.hpp>
#include <grove/event.hpp>
#include <grove/mutex.hpp>
#include <grove/stream_server.hpp>

#include <fmt/format.h>

#include <chrono>
#include <mutex>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

/// Each may hold a buffer of some size; more wait in the kernel.
constexpr std::size_t most_connections = 256;
constexpr duration as_long_as_it_takes = 24h * 365;

class listen_source final : public source {
 public:
    listen_source(const listen_place& place, char item_end, item_ledger& ledger, output& out)
        : until_closed_(place.until_closed),
          end_(item_end),
          ledger_(ledger),
          out_(out),
          door_(open(place.at)) {
        out_.say("listening on " + door_.local().text());
    }

    void run(block_queue& to) override {
        stream_server server(std::move(door_), [&](socket& peer) { read(peer, to); },
                             {.most_connections = most_connections});
        if (!until_closed_) server.serve_forever();
        quiet_.wait();
        server.stop(as_long_as_it_takes);
    }

 private:
    listener open(const grove::endpoint& at) {
        files_.take(at);
        return listener(at);
    }

    void read(socket& peer, block_queue& to) {
        ++connections_;
        const on_exit left([this] {
            if (--connections_ == 0) quiet_.set();
        });
        framer frames({.end = end_});
        try {
            while (const std::size_t n = peer.read_some(frames.room())) {
                frames.add(n);
                while (auto whole = frames.take()) hand_on(*std::move(whole), to);
            }
            if (auto last = frames.rest()) hand_on(*std::move(last), to);
        } catch (const std::system_error& e) {
            if (frames.rest())
                ledger_.fell_short(fmt::format("{}; the item that had begun is dropped", e.what()));
        }
    }

    /// What was counted first is put first.
    void hand_on(block items, block_queue& to) {
        const std::lock_guard one_after_the_other(turn_);
        items.through = taken_ += items.items;
        to.put(std::move(items));
    }

    bool until_closed_;
    char end_;
    item_ledger& ledger_;
    output& out_;
    socket_files files_;
    listener door_;
    mutex turn_;
    std::uint64_t taken_ = 0;
    std::size_t connections_ = 0;
    event quiet_;
};

}  // namespace

std::unique_ptr<source> make_listen_source(const listen_place& place, char item_end,
                                           item_ledger& ledger, output& out) {
    return std::make_unique<listen_source>(place, item_end, ledger, out);
}

}  // namespace grove::cmd
