// SPDX-License-Identifier: MIT
#include "cmd/pipe/follow_source.hpp"

#include "cmd/common/backoff.hpp"
#include "cmd/common/follow_client.hpp"
#include "cmd/common/output.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/pipe/framer.hpp"
#include "cmd/pipe/item_ledger.hpp"
#include "cmd/pipe/stage.hpp"

#include <grove/greenlet.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration connect_timeout = 30s;
constexpr duration first_pause = 100ms;
constexpr duration longest_pause = 5s;

class follow_source final : public source {
 public:
    follow_source(const target& from, const pipe_options& options, item_ledger& ledger, output& out)
        : name_(fit_middle(one_line(from.url()), 60)),
          end_(item_end(options)),
          ledger_(ledger),
          out_(out),
          random_(options.seed ? *options.seed : std::random_device{}()),
          frames_({.end = end_}),
          client_(
              {.http = options.http, .place = from, .timeout = connect_timeout},
              [this](const followed_message& heard) { add(message_item(heard.data, end_)); },
              [this](std::string_view bytes) { add(bytes); }) {}

    void run(block_queue& to) override {
        to_ = &to;
        for (unsigned failures = 0;; ++failures) {
            const std::uint64_t before = heard_;
            try {
                const followed_end end = client_.follow_once();
                if (end.is_whole) break;
                failures = 0;
                sleep_for(end.pause);
                continue;
            } catch (const not_followed& e) {
                throw stage_failed(name_ + ": " + e.what());
            } catch (const std::system_error& e) {
                if (!client_.is_endless() && heard_ == 0) throw;
                if (!client_.is_endless()) {
                    ledger_.fell_short(fmt::format("{}: {}", name_, e.what()));
                    break;
                }
                if (heard_ > before) failures = 0;
                out_.say(fmt::format("{}: {}; trying again", name_, e.what()));
            }
            sleep_for(std::max(
                first_pause, jittered_backoff(first_pause * 2, longest_pause, failures, random_)));
        }
        if (auto last = frames_.rest()) to.put(*std::move(last));
    }

 private:
    void add(std::string_view bytes) {
        heard_ += bytes.size();
        while (!bytes.empty()) {
            const auto room = frames_.room();
            const std::size_t n = std::min(room.size(), bytes.size());
            std::ranges::copy(bytes.substr(0, n), room.begin());
            bytes.remove_prefix(n);
            frames_.add(n);
            while (auto whole = frames_.take()) to_->put(*std::move(whole));
        }
    }

    std::string name_;
    char end_;
    item_ledger& ledger_;
    output& out_;
    std::mt19937_64 random_;
    framer frames_;
    std::uint64_t heard_ = 0;  // bytes
    block_queue* to_ = nullptr;
    follow_client client_;  // last: what it hears goes to the others
};

}  // namespace

bool can_be_followed(target_scheme scheme) noexcept {
    return scheme == target_scheme::http || scheme == target_scheme::https ||
           scheme == target_scheme::ws || scheme == target_scheme::wss;
}

std::unique_ptr<source> make_follow_source(const target& from, const pipe_options& options,
                                           item_ledger& ledger, output& out) {
    return std::make_unique<follow_source>(from, options, ledger, out);
}

}  // namespace grove::cmd
