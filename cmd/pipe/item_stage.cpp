// SPDX-License-Identifier: MIT
#include "cmd/pipe/item_stage.hpp"

#include "cmd/common/backoff.hpp"
#include "cmd/common/output.hpp"
#include "cmd/pipe/framer.hpp"

#include <grove/error.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration first_pause = 100ms;
constexpr duration longest_pause = 10s;
/// Results that wait for an item before them: more would be memory without end where that hangs.
constexpr std::size_t most_held_items = 1024;
constexpr std::size_t most_held_bytes = std::size_t{64} << 20;
constexpr std::size_t last_words = 1024;

std::string_view end_of(std::string_view text) noexcept {
    return text.substr(text.size() > last_words ? text.size() - last_words : 0);
}

}  // namespace

item_stage::item_stage(const item_stage_options& options, std::unique_ptr<item_work> work,
                       const stage_setting& setting)
    : options_(options),
      work_(std::move(work)),
      setting_(setting),
      random_(setting.seed),
      cutter_(setting.in, setting.item_end, setting.items, setting.first_number),
      window_(options.order) {}

void item_stage::run() {
    const on_exit at_end([this] { setting_.out.close(); });
    workers_left_ = options_.jobs;
    for (std::size_t i = 0; i < options_.jobs; ++i) workers_.spawn([this] { work(); });
    hand_on_results();
}

void item_stage::halt() {
    workers_.kill();
    workers_left_ = 0;  // those that had not begun do not say so themselves
    news_.set();
}

stage_figures item_stage::figures() const {
    stage_figures now{.begun = begun_,
                      .done = done_,
                      .waiting = cutter_.waiting(),
                      .busy = running_,
                      .under_way = running_,
                      .jobs = options_.jobs,
                      .retries = retries_,
                      .dead = dead_};
    if (times_.count() > 0) now.p99 = std::chrono::microseconds(times_.value_at(99));
    return now;
}

void item_stage::work() {
    const on_exit done([this] {
        --workers_left_;
        news_.set();
    });
    try {
        work_through_items();
    } catch (const std::runtime_error& e) {
        setting_.ledger.hopeless(e.what());
    }
}

void item_stage::work_through_items() {
    while (auto what = next_item()) {
        ++running_;
        ++begun_;
        const on_exit no_more([this] { --running_; });
        run_item(*what);
        ++done_;
        news_.set();
    }
}

void item_stage::wait_for_room() {
    while (window_.size() >= most_held_items + options_.jobs || window_.held() >= most_held_bytes) {
        room_.clear();
        room_.wait();
    }
}

std::optional<item_stage::item> item_stage::next_item() {
    std::optional<item_run> next;
    for (;;) {
        wait_for_room();
        if (setting_.ledger.is_over()) return std::nullopt;
        next = cutter_.next(1);
        if (!next) return std::nullopt;
        if (next->items > 0) break;
        window_.finish(window_.begin(next->through, next->exact));
        news_.set();
    }
    next->bytes.pop_back();  // its end
    return item{.text = std::move(next->bytes),
                .number = next->number,
                .place = &window_.begin(next->through, next->exact)};
}

void item_stage::run_item(const item& what) {
    attempt last = try_once(what);
    unsigned attempts = 1;
    for (; !last.error.empty() && attempts <= options_.retries; ++attempts) {
        ++retries_;
        setting_.ledger.retried(failure_of(what, last, attempts));
        sleep_for(jittered_backoff(first_pause, longest_pause, attempts, random_));
        last = try_once(what);
    }
    if (was_told_to_stop(last)) {
        setting_.ledger.cut_off(failure_of(what, last, attempts));
        window_.give_up(*what.place);
        return;
    }
    if (last.error.empty()) {
        setting_.ledger.done(setting_.tally);
    } else {
        ++dead_;
        setting_.ledger.dead(failure_of(what, last, attempts), setting_.tally, setting_.in.total());
    }
    std::string& output = last.out;
    if (!output.empty() && output.back() != '\n' && setting_.next == next_is::items) output += '\n';
    window_.add(*what.place, output, count_items(output, '\n'));
    window_.add_errors(*what.place, last.said);
    window_.finish(*what.place);
}

/// Whoever tells all processes of a service to end tells the item's program too.
bool item_stage::was_told_to_stop(const attempt& last) const noexcept {
    const bool asks = last.signal == SIGINT || last.signal == SIGTERM || last.signal == SIGHUP;
    return asks && setting_.ledger.is_gone_on_with();
}

dead_item item_stage::failure_of(const item& what, const attempt& last, unsigned attempts) const {
    return {.stage = options_.name,
            .number = what.number,
            .item = what.text,
            .attempts = attempts,
            .error = last.error,
            .code = last.code,
            .errors = end_of(last.said),
            .whose = setting_.items};
}

item_stage::attempt item_stage::try_once(const item& what) {
    const deadline begin = deadline::now();
    attempt made = work_->try_once(what.text, what.number);
    times_.record(static_cast<std::uint64_t>((deadline::now() - begin) / 1us));
    return made;
}

void item_stage::hand_on_results() {
    for (;;) {
        while (auto ready = window_.take()) {
            room_.set();
            if (!ready->errors.empty()) setting_.talk.print_talk(ready->errors);
            setting_.out.put(std::move(ready->results));
        }
        if (workers_left_ == 0) return;
        news_.clear();
        news_.wait();
    }
}

}  // namespace grove::cmd
