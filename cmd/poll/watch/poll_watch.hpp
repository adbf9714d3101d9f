// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/poll/attempt_schedule.hpp"
#include "cmd/poll/poll_options.hpp"
#include "cmd/poll/poll_plan.hpp"
#include "cmd/poll/watch/recent_attempts.hpp"

#include <grove/deadline.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// `--watch`: asks all targets again and again, evenly spread over the time between two attempts,
/// and tells when one changes.

namespace grove::cmd {

enum class watch_state : unsigned char {
    unknown,  ///< no attempt has ended, or its first good ones are not yet a streak
    up,
    down,
};

[[nodiscard]] std::string_view to_string(watch_state state) noexcept;

struct watched_target {
    std::string name;
    std::unique_ptr<probe> asks;
    watch_state state = watch_state::unknown;
    deadline since;            ///< when it came to be so
    std::uint64_t streak = 0;  ///< attempts in a row that went as the last one
    bool last_was_good = false;
    std::uint64_t attempts = 0;
    std::uint64_t failures = 0;
    std::uint64_t changes = 0;
    std::string what;  ///< of the last attempt
    std::string address;
    std::optional<double> cert_days;
    recent_attempts recent;

    /// Attempts that were not good, of all.
    [[nodiscard]] double loss() const noexcept {
        return attempts == 0 ? 0 : static_cast<double>(failures) / static_cast<double>(attempts);
    }
};

class poll_watch {
 public:
    /// Told in the attempt's greenlet; must not park.
    using change_listener = std::function<void(const watched_target&, watch_state before)>;

    /// `options` must outlive it.
    poll_watch(const poll_options& options, std::vector<planned_probe> plan);
    poll_watch(const poll_watch&) = delete;
    poll_watch& operator=(const poll_watch&) = delete;

    void on_change(change_listener listener) { on_change_ = std::move(listener); }

    /// Blocks until `until`, until each target had its `-n` attempts, or `stop`. Calls `tick` every
    /// so often meanwhile. Interrupted: no attempt is left.
    void execute(deadline until, duration every, const std::function<void()>& tick);

    /// Ends `execute` soon. May be called from callbacks of the hub.
    void stop() noexcept;

    [[nodiscard]] const std::vector<watched_target>& targets() const noexcept { return targets_; }

    [[nodiscard]] duration elapsed() const noexcept { return deadline::now() - begun_; }

 private:
    [[nodiscard]] std::optional<deadline> attempt(std::size_t index);
    void take(watched_target& of, const probe_result& got);
    [[nodiscard]] deadline next_after(std::size_t index) const noexcept;

    const poll_options& options_;
    duration every_;
    std::vector<watched_target> targets_;
    change_listener on_change_;
    deadline begun_;
    deadline until_;
    bool stopped_ = false;
    attempt_schedule schedule_;  // last: its attempts use the others
};

}  // namespace grove::cmd
