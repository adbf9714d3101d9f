// SPDX-License-Identifier: MIT
#include "cmd/poll/watch/poll_watch.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration usual_pause = 1s;
constexpr std::size_t most_bursts = 200;  // in which a round's attempts begin

}  // namespace

std::string_view to_string(watch_state state) noexcept {
    switch (state) {
        case watch_state::up:
            return "up";
        case watch_state::down:
            return "down";
        default:
            return "unknown";
    }
}

poll_watch::poll_watch(const poll_options& options, std::vector<planned_probe> plan)
    : options_(options),
      every_(options.every.value_or(usual_pause)),
      schedule_(plan.size(), options.at_once, [this](std::size_t i) { return attempt(i); }) {
    targets_.reserve(plan.size());
    for (planned_probe& one : plan) {
        targets_.emplace_back();
        targets_.back().name = std::move(one.name);
        targets_.back().asks = std::move(one.asks);
    }
}

void poll_watch::execute(deadline until, duration every, const std::function<void()>& tick) {
    begun_ = deadline::now();
    until_ = until;
    for (std::size_t i = 0; i < targets_.size(); ++i) {
        targets_[i].since = begun_;
        targets_[i].asks->on_news([this, i] { schedule_.hurry(i); });
        schedule_.plan(i, begun_);  // each finds its place in the round afterwards
    }
    deadline next_tick = begun_ + every;
    while (!stopped_ && !schedule_.idle() && !until.expired()) {
        schedule_.turn(std::min(until, next_tick));
        if (!next_tick.expired()) continue;
        tick();
        next_tick = deadline(every);
    }
}

void poll_watch::stop() noexcept {
    stopped_ = true;
    schedule_.wake();
}

std::optional<deadline> poll_watch::attempt(std::size_t index) {
    watched_target& of = targets_[index];
    take(of, of.asks->attempt(std::min(deadline(options_.timeout), until_)));
    if (options_.attempts && of.attempts >= *options_.attempts) return std::nullopt;
    return next_after(index);
}

/// Its place in the next round: attempts that took long shift nothing. Thousands go in bursts, for
/// it is waking up that costs, not what is done then.
deadline poll_watch::next_after(std::size_t index) const noexcept {
    const std::size_t bursts = std::min(targets_.size(), most_bursts);
    const std::size_t burst = index * bursts / targets_.size();
    const duration place = every_ * static_cast<long>(burst) / static_cast<long>(bursts);
    const duration passed = deadline::now() - (begun_ + place);
    return begun_ + place + every_ * (passed / every_ + 1);
}

void poll_watch::take(watched_target& of, const probe_result& got) {
    ++of.attempts;
    of.streak = of.streak > 0 && of.last_was_good == got.good ? of.streak + 1 : 1;
    of.last_was_good = got.good;
    of.what = got.what;
    of.address = got.address;
    if (got.cert_days) of.cert_days = got.cert_days;
    if (got.good) {
        of.recent.add_good(got.times.total);
    } else {
        of.recent.add_bad();
        ++of.failures;
    }
    const watch_state before = of.state;
    if (!got.good)
        of.state = watch_state::down;
    else if (of.streak >= options_.streak)
        of.state = watch_state::up;
    if (of.state == before) return;
    of.since = deadline::now();
    if (before != watch_state::unknown) ++of.changes;
    if (on_change_) on_change_(of, before);
}

}  // namespace grove::cmd
