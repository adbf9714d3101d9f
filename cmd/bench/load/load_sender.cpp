// SPDX-License-Identifier: MIT
#include "cmd/bench/load/load_sender.hpp"

#include <grove/greenlet.hpp>
#include <grove/pool.hpp>
#include <grove/timeout.hpp>

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t connects_at_once = 100;
constexpr duration pause_after_failure = 10ms;
constexpr duration late = 1ms;

duration cpu_of_thread() noexcept {
    rusage used{};
    ::getrusage(RUSAGE_THREAD, &used);
    const auto of = [](const timeval& t) -> duration {
        return std::chrono::seconds(t.tv_sec) + std::chrono::microseconds(t.tv_usec);
    };
    return of(used.ru_utime) + of(used.ru_stime);
}

/// Of `whole`, what the one numbered `index` of `shares` has.
std::uint64_t share_of(std::uint64_t whole, unsigned index, unsigned shares) noexcept {
    return whole / shares + (index < whole % shares ? 1 : 0);
}

}  // namespace

load_sender::load_sender(const load_plan& plan, unsigned index, load_exchange& exchange)
    : plan_(plan),
      index_(index),
      exchange_(exchange),
      lines_(share_of(plan.connections, index, plan.threads)),
      connector_(plan),
      arrivals_(
          plan.stages,
          {.spacing = plan.spacing, .seed = plan.seed, .share = index, .shares = plan.threads}),
      limit_(plan.limit ? share_of(*plan.limit, index, plan.threads)
                        : std::numeric_limits<std::uint64_t>::max()),
      random_(plan.seed + index),
      seen_(std::make_unique<tally>()) {
    for (line& one : lines_) one.to.resize(plan.destinations.size());
}

void load_sender::run() {
    // Timers of the kernel are 50 us late by default, so that it may wake several at once.
    if (plan_.open) ::prctl(PR_SET_TIMERSLACK, 1UL);
    std::string problem;
    const std::size_t made = connect_first(problem);
    start_ = exchange_.meet(made, problem);
    if (start_.is_never()) return exchange_.leave({});
    measured_ = start_ + plan_.warm_up;
    end_ = plan_.length ? measured_ + *plan_.length : never;
    auto stopper = spawn([this] {
        exchange_.stop_event().wait();
        stopped_ = true;
        end_ = std::min(end_, deadline::now());
        stop_.set();
    });
    auto clock = spawn([this] { hand_in_each_second(); });
    const duration cpu_before = cpu_of_thread();
    group all;
    for (line& one : lines_) all.spawn([this, &one] { drive(one); });
    all.join();
    clock.kill();
    hand_in();
    exchange_.leave({.cpu = cpu_of_thread() - cpu_before, .unsent = count_unsent()});
    stopper.kill();
}

// --- connections ---

/// Each line's first connection, before the clock runs. Result: how many were made.
std::size_t load_sender::connect_first(std::string& problem) {
    std::size_t made = 0;
    pool connecting(connects_at_once);
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        connecting.spawn([&, i] {
            const std::size_t to = plan_.requests[i % plan_.requests.size()].destination;
            try {
                lines_[i].to[to] = connect(to, plan_.timeout);
                ++made;
            } catch (const std::system_error& e) {
                if (problem.empty()) problem = e.what();
            }
        });
    }
    connecting.join();
    return made;
}

std::unique_ptr<load_peer> load_sender::connect(std::size_t to, deadline until) {
    load_connection made = connector_.connect(to, until);
    if (made.connect) seen_->connect.record(nanoseconds(*made.connect));
    if (made.tls) seen_->tls.record(nanoseconds(*made.tls));
    return std::move(made.peer);
}

// --- requests ---

void load_sender::drive(line& mine) {
    if (!plan_.open) stop_.wait(start_);
    deadline now = start_;
    while (const auto what = next(now)) now = fire(mine, *what);
}

/// Result: nothing when the run is over.
std::optional<load_sender::shot> load_sender::next(deadline now) {
    if (stopped_ || sent_ >= limit_) return std::nullopt;
    if (plan_.open) return next_due(now);
    if (now >= end_) return std::nullopt;
    return shot{next_number(), now, now};
}

/// Waits for the time of the next request. `free_since`: when this greenlet could have sent it.
std::optional<load_sender::shot> load_sender::next_due(deadline free_since) {
    const auto offset = arrivals_.next();
    if (!offset) return std::nullopt;
    const std::uint64_t number = next_number();
    const deadline due = start_ + *offset;
    deadline now = deadline::now();
    if (due > now) {
        if (stop_.wait(due)) return std::nullopt;
        now = deadline::now();
        if (due >= measured_) seen_->lateness.record(nanoseconds(now - due));
    } else if (now >= end_) {
        postponed_ = *offset;
        return std::nullopt;
    } else if (due >= measured_ && free_since <= due) {
        seen_->lateness.record(nanoseconds(now - due));
    } else if (due >= measured_ && now - due > late) {
        ++seen_->waited;
    }
    return shot{number, due, now};
}

/// Threads count by turns, so that all numbers of a run are used once.
std::uint64_t load_sender::next_number() noexcept {
    return sent_++ * plan_.threads + index_ + 1;
}

/// Result: when it was over.
deadline load_sender::fire(line& mine, const shot& what) {
    const load_plan::request& request = plan_.requests[(what.number - 1) % plan_.requests.size()];
    std::unique_ptr<load_peer>& to = mine.to[request.destination];
    const deadline until = what.begun + plan_.timeout;
    try {
        if (!to) to = connect(request.destination, until);
        const std::string_view bytes = request.script->bytes({what.number, random_}, mine.buffers);
        const load_answer got = to->ask(bytes, until);
        record(what, got, bytes.size());
        if (!got.reusable || plan_.reuse == connection_reuse::closed) to.reset();
        return got.last_byte;
    } catch (const std::system_error& e) {
        to.reset();
        record_failure(what, e);
        if (!plan_.open) stop_.wait(pause_after_failure);
        return deadline::now();
    }
}

bool load_sender::is_measured(const shot& what) const noexcept {
    return what.due >= measured_;
}

void load_sender::record(const shot& what, const load_answer& got, std::size_t sent) {
    if (!is_measured(what)) return;
    tally& into = *seen_;
    ++into.answers;
    if (got.last_byte <= end_) ++into.in_time;
    if (is_bad_status(plan_.protocol, got.status)) ++into.bad_statuses;
    ++into.statuses[std::min<std::size_t>(got.status, into.statuses.size() - 1)];
    into.bytes_in += got.bytes_in;
    into.bytes_out += sent;
    into.latency.record(nanoseconds(got.last_byte - what.due));
    if (plan_.open) into.service.record(nanoseconds(got.last_byte - what.begun));
    into.first_byte.record(nanoseconds(got.first_byte - what.begun));
}

/// One that was waited for in vain has a latency too: at least that long.
void load_sender::record_failure(const shot& what, const std::system_error& error) {
    if (!is_measured(what)) return;
    const load_error kind = kind_of_error(error.code());
    seen_->count_error(kind, error.what());
    if (kind != load_error::timed_out) return;
    const deadline now = deadline::now();
    seen_->latency.record(nanoseconds(now - what.due));
    if (plan_.open) seen_->service.record(nanoseconds(now - what.begun));
}

// --- reporting ---

void load_sender::hand_in_each_second() {
    for (;;) {
        sleep_until(measured_ + std::chrono::seconds(second_ + 1));
        hand_in();
    }
}

void load_sender::hand_in() {
    seen_ = exchange_.hand_in({second_++, std::move(seen_)});
}

/// Requests that were due before the end and for which no connection was free.
std::uint64_t load_sender::count_unsent() {
    if (!plan_.open || sent_ >= limit_) return 0;
    std::uint64_t count = postponed_ ? 1 : 0;
    while (sent_++ < limit_) {
        const auto offset = arrivals_.next();
        if (!offset || start_ + *offset >= end_) break;
        if (start_ + *offset >= measured_) ++count;
    }
    return count;
}

}  // namespace grove::cmd
