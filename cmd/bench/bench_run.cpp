// SPDX-License-Identifier: MIT
#include "cmd/bench/bench_run.hpp"

#include "cmd/bench/bench_report.hpp"
#include "cmd/bench/load_sender.hpp"
#include "cmd/common/descriptors.hpp"
#include "cmd/common/secrets.hpp"
#include "cmd/common/signals.hpp"
#include "cmd/common/units.hpp"

#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/timeout.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration head_start = 1ms;  // for all threads to reach the beginning
constexpr duration at_rest = 100ms;

/// The mean over the measured stages.
double rate_of(const load_plan& plan) {
    double requests = 0;
    duration length{};
    for (const load_stage& stage : plan.stages) {
        requests += (stage.from.per_second + stage.to.per_second) / 2 *
                    std::chrono::duration<double>(stage.length).count();
        length += stage.length;
    }
    const double time = std::chrono::duration<double>(length).count();
    return time > 0 ? requests / time : 0;
}

std::string name_of(const bench_options& options, const load_plan& plan) {
    if (plan.requests.size() > 1) return fmt::format("{} URLs", plan.requests.size());
    return mask_url(options.urls.empty() ? plan.destinations[0].label : options.urls[0]);
}

}  // namespace

bench_run::bench_run(const bench_options& options, output& out)
    : options_(options),
      out_(out),
      plan_(plan_of(options)),
      exchange_(plan_.threads),
      view_(out, plan_.length) {
    constexpr std::size_t spare = 64;  // a hub's own, files, libraries
    const std::size_t fit = raise_descriptor_limit();
    if (plan_.connections * plan_.destinations.size() + spare > fit) {
        throw std::invalid_argument(
            fmt::format("-c {} needs more open files than the limit of {} allows (see ulimit -n)",
                        plan_.connections, fit));
    }
    result_.target = name_of(options, plan_);
    result_.connections = plan_.connections;
    result_.threads = plan_.threads;
    result_.open = plan_.open;
    result_.planned_rate = rate_of(plan_);
}

bench_run::~bench_run() {
    exchange_.begin(never);
    exchange_.stop();
    for (std::thread& one : threads_) one.join();
}

exit_code bench_run::execute() {
    out_.set_wait_writable(wait_writable);
    const on_exit no_more_waiting([this] { out_.set_wait_writable({}); });
    out_.on_lost([this] { exchange_.stop(); });
    const stop_signals signals([this](int) { exchange_.stop(); },
                               [this] { out_.print_talk(to_string(hub::current().snapshot())); });
    start_threads();
    if (!all_ready()) return merge(signals.code(), exit_code::shortfall);
    follow();
    finish();
    return merge(signals.code(), merge(stop_code_, judge()));
}

void bench_run::start_threads() {
    for (unsigned i = 0; i < plan_.threads; ++i) {
        threads_.emplace_back([this, i] {
            load_sender sender(plan_, i, exchange_);
            sender.run();
        });
    }
}

/// Result: false when no connection could be made.
bool bench_run::all_ready() {
    std::string problem;
    const std::size_t made = exchange_.wait_ready(problem);
    if (made == 0) {
        out_.error(problem.empty() ? "no connection could be made" : problem);
        return false;
    }
    if (made < plan_.connections) {
        out_.warning(fmt::format("{} of {} connections could not be made at the beginning: {}",
                                 plan_.connections - made, plan_.connections, problem));
    }
    return true;
}

void bench_run::follow() {
    begun_ = deadline::now() + head_start;
    measured_ = begun_ + plan_.warm_up;
    exchange_.begin(begun_);
    const deadline whole = options_.deadline ? begun_ + *options_.deadline : never;
    while (!exchange_.over()) {
        for (second_tally& piece : exchange_.collect(std::min(deadline(at_rest), whole)))
            take(std::move(piece));
        if (whole.expired() && !exchange_.stopping()) {
            stop_code_ = exit_code::deadline;
            exchange_.stop();
        }
    }
}

void bench_run::take(second_tally piece) {
    open_second& sum = seconds_[piece.second];
    ++sum.pieces;
    if (sum.seen) {
        sum.seen->add(*piece.seen);
        exchange_.recycle(std::move(piece.seen));
    } else {
        sum.seen = std::move(piece.seen);
    }
    const auto ended = measured_ + std::chrono::seconds(piece.second + 1);
    while (!seconds_.empty() && seconds_.begin()->second.pieces == plan_.threads &&
           ended <= deadline::now()) {
        result_.seconds.push_back(close_first_second());
        view_.add(result_.seconds.back());
    }
}

/// The oldest second gets no more: it is added up. Result: what it was.
bench_second bench_run::close_first_second() {
    const std::unique_ptr<tally> seen = std::move(seconds_.begin()->second.seen);
    seconds_.erase(seconds_.begin());
    result_.seen.add(*seen);
    return {.answers = seen->answers,
            .failures = seen->failures(),
            .p50 = latency_at(seen->latency, 50),
            .p99 = latency_at(seen->latency, 99),
            .most = latency_at(seen->latency, 100)};
}

void bench_run::finish() {
    const deadline over = deadline::now();
    result_.run = over - begun_;
    result_.length = over - measured_;
    // What came after the end is no part of the rate.
    if (plan_.length && !exchange_.stopping()) result_.length = *plan_.length;
    const sender_end ends = exchange_.sum_of_ends();
    result_.cpu = ends.cpu;
    result_.unsent = ends.unsent;
    // What is left is of a second that was not whole: a curve would show it as a fall.
    while (!seconds_.empty()) static_cast<void>(close_first_second());
    view_.finish();
    if (options_.talk.json) {
        out_.json(to_json(result_));
    } else {
        out_.write(to_table(result_));
    }
    if (!options_.talk.json) {
        for (const std::string& doubt : result_.doubts()) out_.warning(doubt);
    }
}

exit_code bench_run::judge() const {
    if (stop_code_ == exit_code::deadline)
        out_.error("the deadline of " + show_duration(*options_.deadline) + " is over");
    exit_code code = result_.seen.answers > 0 ? exit_code::ok : exit_code::shortfall;
    const bench_source source(result_);
    for (const expression& each : options_.expect) {
        const verdict held = each.evaluate(source);
        if (held) continue;
        out_.error("not as expected: " + held.explanation);
        code = exit_code::shortfall;
    }
    return code;
}

}  // namespace grove::cmd
