// SPDX-License-Identifier: MIT
#include "cmd/poll/attempt_schedule.hpp"

#include <algorithm>
#include <utility>

namespace grove::cmd {

attempt_schedule::attempt_schedule(std::size_t targets, std::size_t at_once, asker ask)
    : at_once_(at_once), ask_(std::move(ask)), places_(targets) {}

void attempt_schedule::plan(std::size_t target, deadline when) {
    place& of = places_[target];
    if (of.due) due_.erase(*of.due);
    of.due = due_.emplace(when, target);
    news_.set();
}

void attempt_schedule::hurry(std::size_t target) {
    if (places_[target].asking)
        places_[target].hurried = true;
    else
        plan(target, deadline::now());
}

void attempt_schedule::turn(deadline until) {
    news_.clear();
    start_due();
    // With all places taken, the next that ends makes the news.
    const bool has_room = running_ < at_once_;
    news_.wait(has_room && !due_.empty() ? std::min(until, due_.begin()->first) : until);
}

void attempt_schedule::start_due() {
    const deadline now = deadline::now();
    while (!due_.empty() && due_.begin()->first <= now && running_ < at_once_) {
        const std::size_t target = due_.begin()->second;
        due_.erase(due_.begin());
        places_[target].due.reset();
        places_[target].asking = true;
        ++running_;
        attempts_.spawn([this, target] { attempt(target); });
    }
}

void attempt_schedule::attempt(std::size_t target) {
    const std::optional<deadline> next = ask_(target);
    place& of = places_[target];
    of.asking = false;
    --running_;
    if (std::exchange(of.hurried, false))
        plan(target, deadline::now());
    else if (next)
        plan(target, *next);
    news_.set();
}

}  // namespace grove::cmd
