// SPDX-License-Identifier: MIT
#include "cmd/poll/poll_wait.hpp"

#include "cmd/poll/pace.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

/// For attempts that end at the same deadline to say how far they came.
constexpr duration last_words = 50ms;

/// An attempt that the whole deadline cut off sooner than this tells less than the one before it.
constexpr duration least_telling = 100ms;

}  // namespace

poll_wait::poll_wait(const poll_options& options, std::vector<planned_probe> plan)
    : options_(options),
      enough_(enough_of(options, plan.size())),
      schedule_(plan.size(), options.at_once, [this](std::size_t i) { return attempt(i); }) {
    targets_.reserve(plan.size());
    for (planned_probe& one : plan) {
        targets_.emplace_back();
        targets_.back().name = std::move(one.name);
        targets_.back().asks = std::move(one.asks);
    }
}

void poll_wait::on_tick(duration every, std::function<void()> each) {
    tick_ = every;
    each_tick_ = std::move(each);
}

wait_end poll_wait::execute(deadline until) {
    begun_ = deadline::now();
    until_ = until;
    for (std::size_t i = 0; i < targets_.size(); ++i) {
        targets_[i].asks->on_news([this, i] { hurry(i); });
        schedule_.plan(i, begun_);
    }
    deadline next_tick = begun_ + tick_;
    for (;;) {
        if (const auto end = decided()) return *end;
        if (until.expired()) break;
        schedule_.turn(std::min(until, next_tick));
        if (next_tick.expired()) {
            each_tick_();
            next_tick = deadline(tick_);
        }
    }
    schedule_.finish(last_words);
    return decided().value_or(wait_end::late);
}

void poll_wait::stop(wait_end why) noexcept {
    if (!stopped_) stopped_ = why;
    schedule_.wake();
}

std::optional<wait_end> poll_wait::decided() const noexcept {
    if (stopped_) return stopped_;
    if (targets_.size() - lost_ < enough_) return wait_end::hopeless;
    if (met_ >= enough_) return wait_end::met;
    // The deadline also leaves nothing to be begun.
    if (schedule_.idle() && !until_.expired()) return wait_end::exhausted;
    return std::nullopt;
}

/// Something has happened to a target: ask it now. One that is met already may have been lost.
void poll_wait::hurry(std::size_t index) {
    if (!targets_[index].hopeless) schedule_.hurry(index);
}

std::optional<deadline> poll_wait::attempt(std::size_t index) {
    polled_target& of = targets_[index];
    const deadline began = deadline::now();
    probe_result got = of.asks->attempt(std::min(deadline(options_.timeout), until_));
    const bool is_cut_off = until_.expired() && deadline::now() - began < least_telling;
    if (is_cut_off && of.last && !got.good) return std::nullopt;
    take(of, began - begun_, std::move(got));
    if (of.hopeless || of.met || !has_attempts_left(of)) return std::nullopt;
    return deadline(pause_of(of));
}

duration poll_wait::pause_of(const polled_target& of) const {
    // News come once: a streak has to be asked for.
    const bool told = of.asks->distance() == probe_distance::told && of.streak == 0;
    const probe_distance distance =
        told ? probe_distance::told : std::max(of.asks->distance(), probe_distance::near);
    return pause_before(of.history.attempts(), elapsed(), distance, of.last->answered,
                        options_.every);
}

void poll_wait::take(polled_target& of, duration began, probe_result got) {
    of.history.add(began, got.what);
    const bool wanted = got.good == (options_.goal == poll_goal::up);
    if (!wanted && got.hopeless && !std::exchange(of.hopeless, true)) ++lost_;
    of.streak = wanted ? of.streak + 1 : 0;
    of.last = std::move(got);
    if (of.met && !wanted) {
        of.met.reset();
        --met_;
    } else if (!of.met && of.streak >= options_.streak) {
        of.met = elapsed();
        ++met_;
        if (on_met_) on_met_(of);
    }
}

bool poll_wait::has_attempts_left(const polled_target& of) const noexcept {
    return !options_.attempts || of.history.attempts() < *options_.attempts;
}

}  // namespace grove::cmd
