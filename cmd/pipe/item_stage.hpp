// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/block_cutter.hpp"
#include "cmd/pipe/each_options.hpp"
#include "cmd/pipe/result_window.hpp"
#include "cmd/pipe/stage.hpp"

#include <grove/event.hpp>
#include <grove/group.hpp>
#include <grove/histogram.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

/// A stage that does something with each item by itself, several at once: `each` runs a process,
/// `http` sends a request. What comes of an item is kept until it is whole, so that results do not
/// mix, and goes on in the order of the items; what was said as errors is printed as a whole too.
/// An item that has failed has a result all the same, and is told to the ledger.

namespace grove::cmd {

/// What is done with an item.
class item_work {
 public:
    struct attempt {
        std::string out = {};
        std::string said = {};         ///< as errors
        std::string error = {};        ///< empty: it went well
        std::optional<int> code = {};  ///< that a program has exited with
        int signal = 0;                ///< that has ended it, not by our doing
    };

    item_work() = default;
    item_work(const item_work&) = delete;
    item_work& operator=(const item_work&) = delete;
    virtual ~item_work() = default;

    /// Called by several greenlets at once. Blocks. Throws: `stage_failed`, `std::system_error`
    /// when it would fail for every item.
    virtual attempt try_once(std::string_view item, std::uint64_t number) = 0;
};

struct item_stage_options {
    std::string_view name;  ///< as people call the stage
    std::size_t jobs = 1;
    unsigned retries = 0;
    item_order order = item_order::input;
};

class item_stage final : public stage {
 public:
    item_stage(const item_stage_options& options, std::unique_ptr<item_work> work,
               const stage_setting& setting);

    void run() override;
    void halt() override;

    [[nodiscard]] stage_figures figures() const override;

 private:
    struct item {
        std::string text;
        std::uint64_t number;
        result_window::place* place;
    };

    using attempt = item_work::attempt;

    void work();
    void work_through_items();
    void wait_for_room();
    [[nodiscard]] std::optional<item> next_item();
    void run_item(const item& what);
    [[nodiscard]] bool was_told_to_stop(const attempt& last) const noexcept;
    [[nodiscard]] attempt try_once(const item& what);
    [[nodiscard]] dead_item failure_of(const item& what, const attempt& last,
                                       unsigned attempts) const;
    void hand_on_results();

    item_stage_options options_;
    std::unique_ptr<item_work> work_;
    stage_setting setting_;
    std::mt19937_64 random_;

    block_cutter cutter_;
    result_window window_;
    event news_;
    event room_;
    std::size_t running_ = 0;
    std::uint64_t begun_ = 0;
    std::uint64_t done_ = 0;
    std::uint64_t retries_ = 0;
    std::uint64_t dead_ = 0;
    histogram times_;  // of attempts, in microseconds
    std::size_t workers_left_ = 0;
    group workers_;  // last: its greenlets use all of the above
};

}  // namespace grove::cmd
