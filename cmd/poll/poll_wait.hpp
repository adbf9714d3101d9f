// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/poll/attempt_history.hpp"
#include "cmd/poll/attempt_schedule.hpp"
#include "cmd/poll/poll_options.hpp"
#include "cmd/poll/poll_plan.hpp"

#include <grove/deadline.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// Asks all targets, each at its own pace, until enough of them are as they should be.

namespace grove::cmd {

struct polled_target {
    std::string name;
    std::unique_ptr<probe> asks;
    attempt_history history;
    std::optional<probe_result> last;  ///< none: no attempt has ended
    unsigned streak = 0;
    std::optional<duration> met;  ///< when it became as it should be, from the beginning
    bool hopeless = false;        ///< it never will be
};

enum class wait_end : unsigned char {
    met,
    late,       ///< the deadline came first
    exhausted,  ///< -n: no attempt is left
    hopeless,   ///< it can never be met
    stopped,    ///< somebody wants it to end
};

class poll_wait {
 public:
    /// Told when a target is as it should be.
    using met_listener = std::function<void(const polled_target&)>;

    /// `options` must outlive it.
    poll_wait(const poll_options& options, std::vector<planned_probe> plan);
    poll_wait(const poll_wait&) = delete;
    poll_wait& operator=(const poll_wait&) = delete;

    void on_met(met_listener listener) { on_met_ = std::move(listener); }

    /// Calls `each` from now on every so often, between attempts; it must not park.
    void on_tick(duration every, std::function<void()> each);

    /// Blocks until it is decided. Interrupted: no attempt is left.
    [[nodiscard]] wait_end execute(deadline until);

    /// Ends `execute` soon, with `why` unless it is decided already. May be called from callbacks
    /// of the hub.
    void stop(wait_end why) noexcept;

    [[nodiscard]] const std::vector<polled_target>& targets() const noexcept { return targets_; }

    [[nodiscard]] std::size_t met() const noexcept { return met_; }

    [[nodiscard]] std::size_t enough() const noexcept { return enough_; }

    /// Since the beginning.
    [[nodiscard]] duration elapsed() const noexcept { return deadline::now() - begun_; }

 private:
    [[nodiscard]] std::optional<wait_end> decided() const noexcept;
    void hurry(std::size_t index);
    [[nodiscard]] std::optional<deadline> attempt(std::size_t index);
    [[nodiscard]] duration pause_of(const polled_target& of) const;
    void take(polled_target& of, duration began, probe_result got);
    [[nodiscard]] bool has_attempts_left(const polled_target& of) const noexcept;

    const poll_options& options_;
    std::vector<polled_target> targets_;
    std::size_t enough_;
    std::size_t met_ = 0;
    std::size_t lost_ = 0;  // targets that are hopeless
    met_listener on_met_;
    duration tick_ = duration::max();
    std::function<void()> each_tick_;
    deadline begun_;
    deadline until_;
    std::optional<wait_end> stopped_;
    attempt_schedule schedule_;  // last: its attempts use the others
};

}  // namespace grove::cmd
