// SPDX-License-Identifier: MIT
// batch and rate: what goes on depends on when it came.
#include "cmd/common/rate_limiter.hpp"
#include "cmd/pipe/framer.hpp"
#include "cmd/pipe/line_stages.hpp"

#include <grove/greenlet.hpp>
#include <grove/timeout.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace grove::cmd {
namespace {

class batch_stage final : public stage {
 public:
    batch_stage(const batch_options& options, const stage_setting& setting)
        : options_(options), setting_(setting) {}

    void run() override {
        const on_exit at_end([this] { setting_.out.close(); });
        while (!setting_.in.at_end()) {
            auto next = setting_.in.get(due_);
            if (next) collect(*next);
            if (due_.expired()) hand_on(exact_);
        }
        if (collected_ > 0) hand_on(exact_);
    }

 private:
    void collect(const block& come) {
        std::string_view rest = come.bytes;
        while (!rest.empty()) {
            if (collected_ == 0 && options_.linger) due_ = deadline(*options_.linger);
            if (collected_ > 0) item_ += options_.with;
            item_ += take_item(rest, setting_.item_end);
            const bool is_full = ++collected_ == options_.items;
            if (is_full && !rest.empty()) hand_on(false);
        }
        through_ = come.through;
        exact_ = come.exact;
        if (collected_ == options_.items || collected_ == 0) hand_on(exact_);
    }

    /// What was collected, which settles the blocks that it has come to the end of.
    void hand_on(bool exact) {
        due_ = never;
        const bool has_item = std::exchange(collected_, 0) > 0;
        if (has_item) item_ += setting_.item_end;
        setting_.out.put({.bytes = std::exchange(item_, {}),
                          .items = has_item ? 1U : 0U,
                          .through = through_,
                          .exact = exact});
    }

    const batch_options& options_;
    stage_setting setting_;
    std::string item_;
    std::size_t collected_ = 0;
    std::uint64_t through_ = 0;  // of the last block that was collected whole
    bool exact_ = false;
    deadline due_ = never;
};

/// A fast rate is kept a few milliseconds' worth at a time.
class rate_stage final : public stage {
 public:
    rate_stage(const rate_options& options, const stage_setting& setting)
        : setting_(setting),
          pacer_(options.rate.per_second, std::max(1.0, options.rate.per_second / 200)) {}

    void run() override {
        const on_exit at_end([this] { setting_.out.close(); });
        while (auto next = setting_.in.get()) let_through(*std::move(next));
    }

 private:
    void let_through(block come) {
        if (come.items == 0) return pass_on(std::move(come));
        std::string_view rest = come.bytes;
        std::size_t left = come.items;
        while (left > 0) {
            sleep_until(pacer_.next_at());
            const std::size_t now = take_due(left);
            const std::size_t length = count_whole_items(rest, now, setting_.item_end).bytes;
            left -= now;
            const bool counts_each = setting_.items == items_are::sources;
            if (left == 0 || counts_each) settled_ = come.through - left;
            setting_.out.put({.bytes = std::string(rest.substr(0, length)),
                              .items = now,
                              .through = settled_,
                              .exact = left == 0 ? come.exact : counts_each});
            rest.remove_prefix(length);
        }
    }

    /// A block without items still settles some.
    void pass_on(block come) {
        settled_ = come.through;
        setting_.out.put(std::move(come));
    }

    [[nodiscard]] std::size_t take_due(std::size_t most) {
        const deadline now = deadline::now();
        std::size_t taken = 0;
        for (; taken < most && pacer_.next_at() <= now; ++taken) pacer_.take(now);
        return taken;
    }

    stage_setting setting_;
    event_pacer pacer_;
    std::uint64_t settled_ = 0;
};

}  // namespace

std::unique_ptr<stage> make_stage(const batch_options& options, const stage_setting& setting) {
    return std::make_unique<batch_stage>(options, setting);
}

std::unique_ptr<stage> make_stage(const rate_options& options, const stage_setting& setting) {
    return std::make_unique<rate_stage>(options, setting);
}

}  // namespace grove::cmd
