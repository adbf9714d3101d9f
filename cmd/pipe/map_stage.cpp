// SPDX-License-Identifier: MIT
#include "cmd/pipe/map_stage.hpp"

#include "cmd/common/backoff.hpp"
#include "cmd/common/output.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/pipe/map_worker.hpp"

#include <grove/error.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration first_pause = 20ms;
constexpr duration longest_pause = 2s;
/// Answers that wait for one before them, and tickets likewise.
constexpr std::size_t most_held_bytes = std::size_t{16} << 20;
constexpr std::size_t most_tickets = 4096;

std::string last_line(std::string_view text) {
    text = text.substr(0, text.find_last_not_of("\r\n") + 1);
    return one_line(text.substr(text.rfind('\n') + 1));  // npos + 1 is 0
}

}  // namespace

map_desk::map_desk(const map_options& options, const stage_setting& setting)
    : options_(options),
      setting_(setting),
      cutter_(setting.in, setting.item_end, setting.items, setting.first_number),
      window_(options.order),
      random_(setting.seed),
      jobs_(jobs_of(options.jobs)) {}

std::optional<map_desk::ticket> map_desk::next_ticket(std::size_t most) {
    std::optional<item_run> run;
    for (;;) {
        while (window_.size() >= most_tickets + jobs_) {
            room_.clear();
            room_.wait();
        }
        run = cutter_.next(most);
        if (!run) return std::nullopt;
        if (run->items > 0) break;
        window_.finish(window_.begin(run->through, run->exact));
        news_.set();
    }
    ticket made{.run = *std::move(run)};
    begun_ += made.run.items;
    made.place = &window_.begin(made.run.through, made.run.exact);
    return made;
}

void map_desk::answer(ticket& to, std::string_view bytes, std::size_t items) {
    window_.add(*to.place, bytes, items);
    to.answered += items;
    answered_ += items;
    setting_.ledger.done(setting_.tally, items);
    has_answered_ = true;
    deaths_in_a_row_ = 0;
    if (window_.is_next(*to.place)) news_.set();
}

void map_desk::finish(const ticket& which) {
    window_.finish(*which.place);
    if (window_.is_next(*which.place)) news_.set();
}

void map_desk::wait_for_room(const ticket& of) {
    while (window_.held() >= most_held_bytes && !window_.is_next(*of.place)) {
        room_.clear();
        room_.wait();
    }
}

duration map_desk::after_death(const std::string& how, const std::string& last_errors) {
    ++deaths_;
    ++deaths_in_a_row_;
    if (!has_answered_ && deaths_in_a_row_ > jobs_ * (options_.retries + 2)) {
        const std::string said = last_line(last_errors);
        throw stage_failed(fmt::format("map: {} ends ({}) before it answers{}{}",
                                       worker_name(options_), how, said.empty() ? "" : ": ", said));
    }
    setting_.talk.detail(fmt::format("map: a worker ended ({}); another takes its items", how));
    if (deaths_in_a_row_ <= 1) return duration::zero();
    return jittered_backoff(first_pause, longest_pause,
                            static_cast<unsigned>(std::min<std::size_t>(deaths_in_a_row_, 30)),
                            random_);
}

void map_desk::dead(const dead_item& what) {
    ++dead_;
    setting_.ledger.dead(what, setting_.tally, setting_.in.total());
}

void map_desk::took(std::size_t items, duration time) noexcept {
    times_.record(static_cast<std::uint64_t>(time / 1us), items);
}

stage_figures map_desk::figures() const {
    stage_figures now{.begun = begun_,
                      .done = answered_,
                      .waiting = cutter_.waiting(),
                      .under_way = begun_ - answered_ - dead_,
                      .jobs = jobs_,
                      .retries = deaths_,
                      .dead = dead_};
    if (times_.count() > 0) now.p99 = std::chrono::microseconds(times_.value_at(99));
    return now;
}

void map_desk::found_buffering() {
    if (std::exchange(buffers_, true)) return;
    setting_.talk.detail(fmt::format(
        "map: {} keeps its answers in a buffer: they come late (stdbuf -oL {} may help)",
        worker_name(options_), worker_name(options_)));
}

void map_desk::found_silent(duration since) {
    if (std::exchange(told_silence_, true)) return;
    setting_.talk.warning(
        fmt::format("map: {} was given an item {} ago and has not answered; if it keeps its "
                    "answers in a buffer, stdbuf -oL may help",
                    worker_name(options_), show_duration(since)));
}

void map_desk::hand_on_results(const std::size_t& workers_left) {
    for (;;) {
        while (auto ready = window_.take()) {
            room_.set();
            setting_.out.put(std::move(ready->results));
        }
        if (workers_left == 0) return;
        news_.clear();
        news_.wait();
    }
}

map_stage::map_stage(const map_options& options, const stage_setting& setting)
    : desk_(options, setting), jobs_(jobs_of(options.jobs)) {}

void map_stage::run() {
    const on_exit at_end([this] { desk_.setting().out.close(); });
    workers_left_ = jobs_;
    for (std::size_t i = 0; i < jobs_; ++i) workers_.spawn([this] { work(); });
    desk_.hand_on_results(workers_left_);
}

stage_figures map_stage::figures() const {
    stage_figures now = desk_.figures();
    now.busy = workers_left_;
    return now;
}

void map_stage::halt() {
    workers_.kill();
    workers_left_ = 0;  // those that had not begun do not say so themselves
    desk_.wake();
}

void map_stage::work() {
    const on_exit done([this] {
        --workers_left_;
        desk_.wake();
    });
    try {
        map_worker(desk_).run();
    } catch (const std::runtime_error& e) {
        desk_.setting().ledger.hopeless(e.what());
    }
}

}  // namespace grove::cmd
