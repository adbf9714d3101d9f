// SPDX-License-Identifier: MIT
#include "cmd/pipe/pipe_run.hpp"

#include "cmd/common/descriptors.hpp"
#include "cmd/common/output.hpp"
#include "cmd/common/process_tree.hpp"
#include "cmd/common/signals.hpp"
#include "cmd/pipe/http_work.hpp"
#include "cmd/pipe/line_stages.hpp"
#include "cmd/pipe/map_stage.hpp"
#include "cmd/pipe/process_work.hpp"

#include <grove/error.hpp>

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <stdexcept>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

/// For what is finished to be written, once all that runs was ended; --grace where that is less.
constexpr duration last_writes = 2s;
/// ... after the deadline, which is for the whole run.
constexpr duration last_writes_of_deadline = 200ms;

std::unique_ptr<stage> make_stage(const map_options& options, const stage_setting& setting) {
    return std::make_unique<map_stage>(options, setting);
}

char end_after(const pipe_plan& plan, char item_end) {
    for (const stage_plan& each : plan.stages) item_end = end_after(each, item_end);
    return item_end;
}

/// A person types the items.
typed_items are_typed(const pipe_options& options, const source_plan& from) {
    const bool is_stdin =
        options.inputs.empty() || std::ranges::find(options.inputs, "-") != options.inputs.end();
    return from.is_input() && is_stdin && ::isatty(STDIN_FILENO) == 1 ? typed_items::yes
                                                                      : typed_items::no;
}

/// It has a place for each item, where others are written one after another.
bool takes_items(const sink_plan& plan) noexcept {
    return plan.what == sink_plan::kind::stream || plan.what == sink_plan::kind::zmq;
}

queue_limits limits_of(const pipe_options& options) {
    return {.items = options.queue_items, .bytes = options.queue_size.bytes};
}

}  // namespace

pipe_run::pipe_run(const pipe_options& options, const pipe_plan& plan, output& out, journal* kept)
    : options_(options),
      out_(out),
      descriptor_limit_(descriptor_limit()),
      ledger_(options, out, [this](exit_code why) { stop(why); }),
      typed_(are_typed(options, plan.source)),
      view_(out, typed_),
      source_(make_source(plan.source, options, kept != nullptr ? kept->from().items : 0, ledger_,
                          out)),
      kept_(kept != nullptr ? kept : source_->settles()),
      sink_(make_sink(plan.sink, end_after(plan, item_end(options)), out, kept_)) {
    if (kept != nullptr) {
        ledger_.add_before(kept->failed_before());
        kept->ask_failures([this] { return ledger_.secure_failures(); });
    }
    static_cast<void>(raise_descriptor_limit());
    queues_.emplace_back(limits_of(options));
    char end = item_end(options);
    for (const stage_plan& each : plan.stages) {
        const bool is_last = &each == &plan.stages.back();
        add_stage(each, std::exchange(end, end_after(each, end)),
                  is_last && !takes_items(plan.sink) ? next_is::bytes : next_is::items);
    }
}

void pipe_run::add_stage(const stage_plan& plan, char item_end, next_is next) {
    block_queue& in = queues_.back();
    block_queue& out = queues_.emplace_back(limits_of(options_));
    const std::uint64_t seed = options_.seed ? *options_.seed : std::random_device{}();
    const stage_setting setting{
        .in = in,
        .out = out,
        .ledger = ledger_,
        .tally = stages_.empty() ? ledger_.first_tally() : ledger_.add_tally(),
        .talk = out_,
        .item_end = item_end,
        .next = next,
        .descriptor_limit = descriptor_limit_,
        .seed = seed,
        .items = stages_.empty() ? items_are::sources : items_are::made,
        .first_number = stages_.empty() && kept_ != nullptr ? kept_->from().items + 1 : 1,
        .resume = options_.resume,
        .is_whole = [this] { return is_whole(); }};
    names_.emplace_back(name_of(plan));
    stages_.push_back(std::visit([&](const auto& of) { return make_stage(of, setting); }, plan));
}

exit_code pipe_run::execute() {
    out_.set_wait_writable(wait_writable);
    const on_exit no_more_waiting([this] { out_.set_wait_writable({}); });
    out_.on_lost([this] { stop(exit_code::ok); });
    const stop_signals signals([this](int) { drain(); }, kill_process_groups);
    const deadline whole = options_.deadline ? deadline(*options_.deadline) : never;
    give_up_at_ = whole;
    if (typed_ == typed_items::yes) out_.say("reads standard input; end with Ctrl-D");
    start("source", [this] { run_source(); });
    for (const auto& each : stages_) start("stage", [&each] { each->run(); });
    start("sink", [this] { run_sink(); });
    while (!finished_ && !halted_) {
        wait_for_news();
        if (draining_) greenlets_.front().kill();
        if (!stopping_ && whole.expired()) stop(exit_code::deadline);
        if (stopping_ || give_up_at_.expired()) halt();
    }
    view_.finish([this] { return look(); });
    if (stop_code_ == exit_code::deadline)
        out_.error("the deadline of " + show_duration(*options_.deadline) + " is over");
    return merge(signals.code(), merge(stop_code_, finish()));
}

/// What fails in `body` ends the run.
void pipe_run::start(std::string name, std::function<void()> body) {
    greenlets_.push_back(
        spawn(spawn_options{.name = std::move(name)}, [this, body = std::move(body)] {
            try {
                body();
            } catch (const program_failed& e) {
                ledger_.stop_short(e.what());
            } catch (const std::runtime_error& e) {
                ledger_.hopeless(e.what());
            }
        }));
}

void pipe_run::run_source() {
    const on_exit at_end([this] { queues_.front().close(); });
    source_->run(queues_.front());
    source_ended_ = true;
}

void pipe_run::run_sink() {
    sink_->run(queues_.back());
    finished_ = true;
    news_.set();
}

void pipe_run::wait_for_news() {
    news_.wait(
        std::min(view_.next(), give_up_at_));  // the sink alone writes, and may wait for room
    news_.clear();
    view_.tick([this] { return look(); });
}

void pipe_run::drain() {
    draining_ = true;
    if (kept_ != nullptr) ledger_.go_on_later();
    if (!stages_.empty()) {
        out_.say("stopping: what was read may end within " + show_duration(options_.grace) +
                 "; once more ends at once");
    }
    give_up_at_ = std::min(give_up_at_, deadline(options_.grace));
    news_.set();
}

void pipe_run::stop(exit_code why) {
    if (stopping_) return;
    stopping_ = true;
    stop_code_ = why;
    news_.set();
}

void pipe_run::tell_what_is_left() {
    std::uint64_t left = 0;
    for (std::size_t i = 0; i < stages_.size(); ++i) {
        const stage_figures of = stages_[i]->figures();
        left += queues_[i].items() + of.waiting + of.under_way;
    }
    out_.say(fmt::format(
        "stopped as --max-failures says: {} failed, and {} that were read are left{}",
        ledger_.failed_items(), left, source_ended_ ? "" : ", as is the rest of the input"));
}

/// Items that nobody has begun are dropped; what is finished goes on to the sink.
void pipe_run::halt() {
    halted_ = true;
    if (ledger_.is_limit_reached()) tell_what_is_left();
    greenlets_.front().kill();
    for (std::size_t i = 0; i < stages_.size(); ++i) queues_.at(i).close_now();
    for (const auto& each : stages_) each->halt();
    const duration most = stop_code_ == exit_code::deadline ? last_writes_of_deadline : last_writes;
    if (!out_.lost()) static_cast<void>(greenlets_.back().join(std::min(most, options_.grace)));
    kill_all(greenlets_);
    if (stop_code_ == exit_code::deadline || give_up_at_.expired()) drop_what_nobody_reads();
}

/// The end of a run that may last so long and no longer does not wait for who reads stdout.
void pipe_run::drop_what_nobody_reads() {
    const std::size_t dropped = out_.drop_unwritten();
    if (dropped == 0) return;
    out_.error("stdout was not read: " + show_size(dropped + queues_.back().bytes()) +
               " of results are dropped");
}

/// Nothing of the source is missing in what comes out.
bool pipe_run::is_whole() const noexcept {
    return source_ended_ && !stopping_ && !halted_ && !ledger_.has_cut_off() &&
           !ledger_.source_fell_short();
}

exit_code pipe_run::finish() {
    try {
        settled_place end = sink_->secured();
        if (is_whole()) {
            end = sink_->whole();
            if (kept_ != nullptr) kept_->note(end);
            sink_->finish();
            end.whole = false;
            end.done = true;
        } else {
            sink_->give_up();
        }
        if (kept_ != nullptr) kept_->note(end);
    } catch (const std::runtime_error& e) {  // std::system_error, stage_failed
        out_.error(e.what());
        return exit_code::environment;
    }
    return ledger_.finish();
}

std::vector<stage_row> pipe_run::look() const {
    std::vector<stage_row> rows;
    for (std::size_t i = 0; i < stages_.size(); ++i) {
        const block_queue& before = queues_[i];
        const stage_figures figures = stages_[i]->figures();
        const bool counts = figures.begun.has_value();
        rows.push_back({.name = names_[i],
                        .in = counts ? *figures.begun : before.passed() - before.items(),
                        .out = counts ? figures.done : queues_[i + 1].passed(),
                        .fill = before.fill(figures.waiting),
                        .figures = figures});
    }
    if (rows.empty())
        rows.push_back({.name = "copy", .in = queues_[0].passed(), .out = queues_[0].passed()});
    return rows;
}

}  // namespace grove::cmd
