// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/block_cutter.hpp"
#include "cmd/pipe/each_options.hpp"
#include "cmd/pipe/joblog.hpp"
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

/// `each`: a process an item. What one writes is captured whole, so that outputs do not mix, and
/// goes on in the order of the items; what it says as errors is printed as a whole too. An item
/// that has failed writes all the same, and is told to the ledger.

namespace grove::cmd {

class each_stage final : public stage {
 public:
    /// Throws: `std::system_error` when the job log cannot be written.
    each_stage(const each_options& options, const stage_setting& setting);

    void run() override;
    void halt() override;

    [[nodiscard]] stage_figures figures() const override;

 private:
    struct item {
        std::string text;
        std::uint64_t number;
        result_window::place* place;
    };

    /// One process, from start to end.
    struct attempt {
        completed result;
        std::string error;  ///< empty: it went well
    };

    void work();
    void work_through_items();
    [[nodiscard]] std::optional<item> next_item();
    void run_item(const item& what);
    [[nodiscard]] attempt try_once(const item& what);
    [[nodiscard]] static dead_item failure_of(const item& what, const attempt& last,
                                              unsigned attempts);
    [[nodiscard]] completed run_process(const item& what) const;
    [[nodiscard]] std::string verdict(const completed& result) const;
    void hand_on_results();

    const each_options& options_;
    stage_setting setting_;
    std::size_t jobs_;
    joblog log_;
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
