// SPDX-License-Identifier: MIT
#include "cmd/pipe/each_stage.hpp"

#include "cmd/common/backoff.hpp"
#include "cmd/common/output.hpp"
#include "cmd/pipe/framer.hpp"

#include <grove/error.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration first_pause = 100ms;
constexpr duration longest_pause = 10s;
/// Between asking a process that is late to end and ending it.
constexpr duration farewell = 1s;
/// Results that wait for an item before them: more would be memory without end where that hangs.
constexpr std::size_t most_held_items = 1024;
constexpr std::size_t most_held_bytes = std::size_t{64} << 20;
constexpr std::size_t last_words = 1024;
constexpr int not_found = 127;  // what a shell says then

/// With these no process can be started, whatever the item.
bool is_hopeless(int error) noexcept {
    constexpr std::array errors{EAGAIN, ENOMEM, EMFILE, ENFILE};
    return std::ranges::find(errors, error) != errors.end();
}

bool is_about_program(int error) noexcept {
    constexpr std::array errors{ENOENT, EACCES, ENOEXEC, ENOTDIR};
    return std::ranges::find(errors, error) != errors.end();
}

std::string_view end_of(std::string_view text) noexcept {
    return text.substr(text.size() > last_words ? text.size() - last_words : 0);
}

}  // namespace

each_stage::each_stage(const each_options& options, const stage_setting& setting)
    : options_(options),
      setting_(setting),
      jobs_(jobs_of(options.jobs)),
      random_(setting.seed),
      cutter_(setting.in, setting.item_end, setting.items, setting.first_number),
      window_(options.order) {
    if (!options.joblog.empty()) log_ = joblog(options.joblog, setting.resume);
}

void each_stage::run() {
    const on_exit at_end([this] { setting_.out.close(); });
    workers_left_ = jobs_;
    for (std::size_t i = 0; i < jobs_; ++i) workers_.spawn([this] { work(); });
    hand_on_results();
}

void each_stage::halt() {
    workers_.kill();
}

stage_figures each_stage::figures() const {
    stage_figures now{.begun = begun_,
                      .done = done_,
                      .waiting = cutter_.waiting(),
                      .busy = running_,
                      .jobs = jobs_,
                      .retries = retries_,
                      .dead = dead_};
    if (times_.count() > 0) now.p99 = std::chrono::microseconds(times_.value_at(99));
    return now;
}

void each_stage::work() {
    const on_exit done([this] {
        --workers_left_;
        news_.set();
    });
    try {
        work_through_items();
    } catch (const std::system_error& e) {
        setting_.ledger.hopeless(e.what());
    }
}

void each_stage::work_through_items() {
    while (auto what = next_item()) {
        ++running_;
        ++begun_;
        const on_exit no_more([this] { --running_; });
        run_item(*what);
        ++done_;
        news_.set();
    }
}

std::optional<each_stage::item> each_stage::next_item() {
    while (window_.size() >= most_held_items + jobs_ || window_.held() >= most_held_bytes) {
        room_.clear();
        room_.wait();
    }
    if (setting_.ledger.is_over()) return std::nullopt;
    auto next = cutter_.next(1);
    while (next && next->items == 0) {
        window_.finish(window_.begin(next->through, next->exact));
        news_.set();
        next = cutter_.next(1);
    }
    if (!next) return std::nullopt;
    next->bytes.pop_back();  // its end
    return item{.text = std::move(next->bytes),
                .number = next->number,
                .place = &window_.begin(next->through, next->exact)};
}

void each_stage::run_item(const item& what) {
    attempt last = try_once(what);
    unsigned attempts = 1;
    for (; !last.error.empty() && attempts <= options_.retries; ++attempts) {
        ++retries_;
        setting_.ledger.retried(failure_of(what, last, attempts));
        sleep_for(jittered_backoff(first_pause, longest_pause, attempts, random_));
        last = try_once(what);
    }
    if (last.error.empty()) {
        setting_.ledger.done();
    } else {
        ++dead_;
        setting_.ledger.dead(failure_of(what, last, attempts));
    }
    std::string& output = last.result.out;
    if (!output.empty() && output.back() != '\n' && setting_.next == next_is::stage) output += '\n';
    window_.add(*what.place, output, count_items(output, '\n'));
    window_.add_errors(*what.place, last.result.err);
    window_.finish(*what.place);
}

dead_item each_stage::failure_of(const item& what, const attempt& last, unsigned attempts) {
    return {.stage = "each",
            .number = what.number,
            .item = what.text,
            .attempts = attempts,
            .error = last.error,
            .code = last.result.late ? std::nullopt : last.result.status.code(),
            .errors = end_of(last.result.err)};
}

each_stage::attempt each_stage::try_once(const item& what) {
    attempt made;
    const auto started = std::chrono::system_clock::now();
    const deadline begin = deadline::now();
    try {
        made.result = run_process(what);
        made.error = verdict(made.result);
    } catch (const std::system_error& e) {
        const int error = e.code().value();
        if (is_hopeless(error) || (is_about_program(error) && options_.command.has_fixed_program()))
            throw;
        made.error = e.what();
        made.result.status = exit_status::exited(not_found);
    } catch (const std::invalid_argument& e) {  // a NUL byte can be no part of an argument
        made.error = e.what();
        made.result.status = exit_status::exited(not_found);
    }
    const duration took = deadline::now() - begin;
    times_.record(static_cast<std::uint64_t>(took / 1us));
    if (log_.is_open()) {
        const std::string command = options_.command.text(what.text, what.number);
        log_.add({.number = what.number,
                  .started = started,
                  .took = took,
                  .received = made.result.out.size(),
                  .status = made.result.status,
                  .command = command});
    }
    return made;
}

completed each_stage::run_process(const item& what) const {
    process_options options = options_.command.options(what.text, what.number);
    options.input = stdio::null;
    options.output = stdio::pipe;
    options.errors = stdio::pipe;
    options.descriptor_limit = setting_.descriptor_limit;
    const deadline until = options_.timeout ? deadline(*options_.timeout) : never;
    process child(options);
    if (auto whole = child.communicate({}, until)) return *std::move(whole);
    child.terminate();
    if (auto whole = child.communicate({}, farewell)) {
        whole->late = true;
        return *std::move(whole);
    }
    child.kill();
    const auto status = child.wait();
    completed late = child.so_far();
    late.status = status.value();
    late.late = true;
    return late;
}

std::string each_stage::verdict(const completed& result) const {
    if (result.late) return "not done in " + format_duration(*options_.timeout);
    if (!result.status.success()) return result.status.text();
    return result.cut ? "it wrote more than 64 MiB" : "";
}

void each_stage::hand_on_results() {
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
