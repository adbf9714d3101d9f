// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/block_cutter.hpp"
#include "cmd/pipe/map_options.hpp"
#include "cmd/pipe/result_window.hpp"
#include "cmd/pipe/stage.hpp"

#include <grove/event.hpp>
#include <grove/group.hpp>
#include <grove/histogram.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>

/// `map`: workers that live on and answer each item with one, in the order of the items. Items are
/// handed out in tickets, a run of items each (`ticket_size`). A worker that ends before it has
/// answered, or is late, is replaced and its items are sent again; what it had answered counts.
/// One that keeps its answers in a buffer is recognised, and given more before it has answered.

namespace grove::cmd {

/// What the workers of a stage share.
class map_desk {
 public:
    /// Items that one worker has been given together.
    struct ticket {
        item_run run;
        result_window::place* place = nullptr;
        std::size_t answered = 0;  ///< items of `run`
        std::size_t buried = 0;    ///< items that were taken out of `run`, behind those
    };

    map_desk(const map_options& options, const stage_setting& setting);

    [[nodiscard]] const map_options& options() const noexcept { return options_; }

    [[nodiscard]] const stage_setting& setting() const noexcept { return setting_; }

    /// Waits for items. Result: nothing at the end. Interrupted: nothing was taken.
    [[nodiscard]] std::optional<ticket> next_ticket(std::size_t most);

    /// `next_ticket` would say at once that there is no more.
    [[nodiscard]] bool at_end() const noexcept { return cutter_.at_end(); }

    /// Answers to the next items of `to`.
    void answer(ticket& to, std::string_view bytes, std::size_t items);

    /// All items of `which` are answered or dead.
    void finish(const ticket& which);

    /// Waits where the answers to items before hold up too many that came since.
    void wait_for_room(const ticket& of);

    /// A worker has ended before its time. Result: the pause before the next is started. Throws:
    /// `stage_failed` where none has ever answered.
    [[nodiscard]] duration after_death(const std::string& how, const std::string& last_errors);

    /// A worker keeps its answers in a buffer: tells so, once. From then on `buffers`.
    void found_buffering();

    [[nodiscard]] bool buffers() const noexcept { return buffers_; }

    /// A worker has not answered for long, and why is not known: tells so, once.
    void found_silent(duration since);

    /// Hands on what comes until the last worker has ended.
    void hand_on_results(const std::size_t& workers_left);

    /// An item has failed for good.
    void dead(const dead_item& what);

    /// So many items, given together, took so long.
    void took(std::size_t items, duration time) noexcept;

    /// All but who is busy.
    [[nodiscard]] stage_figures figures() const;

    /// Something may have changed for `hand_on_results`.
    void wake() noexcept { news_.set(); }

 private:
    const map_options& options_;
    stage_setting setting_;
    block_cutter cutter_;
    result_window window_;
    std::mt19937_64 random_;
    event news_;
    event room_;
    std::size_t jobs_;
    std::size_t deaths_in_a_row_ = 0;
    std::uint64_t begun_ = 0;
    std::uint64_t answered_ = 0;
    std::uint64_t deaths_ = 0;
    std::uint64_t dead_ = 0;
    histogram times_;  // of items, in microseconds
    bool has_answered_ = false;
    bool buffers_ = false;
    bool told_silence_ = false;
};

class map_stage final : public stage {
 public:
    map_stage(const map_options& options, const stage_setting& setting);

    void run() override;
    void halt() override;

    [[nodiscard]] stage_figures figures() const override;

 private:
    void work();

    map_desk desk_;
    std::size_t jobs_;
    std::size_t workers_left_ = 0;
    group workers_;  // last: its greenlets use all of the above
};

}  // namespace grove::cmd
