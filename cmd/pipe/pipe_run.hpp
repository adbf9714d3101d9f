// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/item_ledger.hpp"
#include "cmd/pipe/journal.hpp"
#include "cmd/pipe/pipe_view.hpp"
#include "cmd/pipe/sink.hpp"
#include "cmd/pipe/source.hpp"
#include "cmd/pipe/stage.hpp"
#include "cmd/pipe/stage_plan.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/// One run of `grove pipe`: a greenlet for the source, for each stage and for the sink, and a
/// bounded queue between each two. The end comes from the source: each closes the queue behind it
/// when the one before it has ended.
///
/// The first signal ends the source alone, and what was read goes through to the end (`drain`).
/// Where that takes longer than `--grace`, and where the run must not go on, what runs is ended and
/// what is finished is still written (`halt`).

namespace grove::cmd {

class pipe_run {
 public:
    /// Throws: `std::system_error`, `stage_failed`: the environment is not fit for the run.
    /// `kept` may be null.
    pipe_run(const pipe_options& options, const pipe_plan& plan, output& out, journal* kept);
    pipe_run(const pipe_run&) = delete;
    pipe_run& operator=(const pipe_run&) = delete;

    /// Blocks until all is done or the run was stopped.
    [[nodiscard]] exit_code execute();

 private:
    void add_stage(const stage_plan& plan, char item_end, next_is next);
    void start(std::string name, std::function<void()> body);
    void run_source();
    void run_sink();
    void drain();
    void stop(exit_code why);
    void tell_what_is_left();
    void halt();
    void drop_what_nobody_reads();
    void wait_for_news();
    [[nodiscard]] bool is_whole() const noexcept;
    [[nodiscard]] exit_code finish();
    [[nodiscard]] std::vector<stage_row> look() const;

    const pipe_options& options_;
    output& out_;
    std::size_t descriptor_limit_;
    item_ledger ledger_;
    typed_items typed_;
    pipe_view view_;
    std::deque<block_queue> queues_;  // one more than there are stages
    std::unique_ptr<source> source_;
    settlement* kept_;  // a journal, or the source itself; null: nobody asks how far the run is
    std::vector<std::string> names_;  // of the stages
    std::vector<std::unique_ptr<stage>> stages_;
    std::unique_ptr<sink> sink_;
    event news_;
    bool source_ended_ = false;  // by itself: all items were read
    bool finished_ = false;      // the sink has all
    bool draining_ = false;
    bool stopping_ = false;
    bool halted_ = false;
    exit_code stop_code_ = exit_code::ok;
    deadline give_up_at_ = never;
    std::vector<greenlet<void>>
        greenlets_;  // last: they use all of the above; source, stages, sink
};

}  // namespace grove::cmd
