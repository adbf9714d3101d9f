// SPDX-License-Identifier: MIT
#include "cmd/bench/bench_run.hpp"

#include "cmd/bench/load/load_sender.hpp"
#include "cmd/common/descriptors.hpp"

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

}  // namespace

bench_run::bench_run(const load_plan& plan, std::string target, output& out)
    : plan_(plan), out_(out), exchange_(plan_.threads), view_(out, plan_.length) {
    constexpr std::size_t spare = 64;  // a hub's own, files, libraries
    const std::size_t fit = raise_descriptor_limit();
    if (plan_.connections * plan_.destinations.size() + spare > fit) {
        throw std::invalid_argument(
            fmt::format("-c {} needs more open files than the limit of {} allows (see ulimit -n)",
                        plan_.connections, fit));
    }
    result_.target = std::move(target);
    result_.protocol = plan_.protocol;
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

run_end bench_run::execute(deadline until, second_listener on_second) {
    on_second_ = std::move(on_second);
    start_threads();
    if (!all_ready()) return run_end::unreachable;
    const run_end how = follow(until);
    finish(how);
    return how;
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

run_end bench_run::follow(deadline until) {
    begun_ = deadline::now() + head_start;
    measured_ = begun_ + plan_.warm_up;
    result_.began = std::chrono::system_clock::now() + head_start + plan_.warm_up;
    exchange_.begin(begun_);
    bool late = false;
    while (!exchange_.over()) {
        for (second_tally& piece : exchange_.collect(std::min(deadline(at_rest), until)))
            take(std::move(piece));
        if (until.expired() && !exchange_.stopping()) {
            late = true;
            exchange_.stop();
        }
    }
    if (late) return run_end::late;
    return exchange_.stopping() ? run_end::stopped : run_end::done;
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
        result_.seconds.push_back(close_first_second(1s));
        view_.add(result_.seconds.back());
    }
}

/// The oldest second, of which `length` was measured, gets no more: it is added up. Result: what it
/// was.
bench_second bench_run::close_first_second(duration length) {
    const duration begin = std::chrono::seconds(seconds_.begin()->first);
    const std::unique_ptr<tally> seen = std::move(seconds_.begin()->second.seen);
    seconds_.erase(seconds_.begin());
    result_.seen.add(*seen);
    if (on_second_) on_second_(begin, length, *seen);
    return {.answers = seen->answers,
            .failures = seen->failures(),
            .p50 = latency_at(seen->latency, 50),
            .p99 = latency_at(seen->latency, 99),
            .most = latency_at(seen->latency, 100)};
}

void bench_run::finish(run_end how) {
    const deadline over = deadline::now();
    result_.run = over - begun_;
    result_.length = std::max<duration>(over - measured_, 0s);
    const duration measured = result_.length;
    // What came after the end is no part of the rate; the requests may have run out before it.
    if (plan_.length && how == run_end::done)
        result_.length = std::min(result_.length, *plan_.length);
    const sender_end ends = exchange_.sum_of_ends();
    result_.cpu = ends.cpu;
    result_.unsent = ends.unsent;
    // A second that was not whole is in no curve, where it would look like a fall.
    while (!seconds_.empty()) {
        const duration begin = std::chrono::seconds(seconds_.begin()->first);
        const duration length = std::clamp<duration>(measured - begin, 0s, 1s);
        const bench_second last = close_first_second(length);
        if (length == duration(1s)) result_.seconds.push_back(last);
    }
    view_.finish();
}

}  // namespace grove::cmd
