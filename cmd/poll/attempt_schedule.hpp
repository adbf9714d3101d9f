// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/event.hpp>
#include <grove/group.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <vector>

/// Who is asked when: one greenlet decides what is due, and an attempt has a greenlet of its own
/// only while it lasts, so that thousands of targets take no more stacks than there are attempts at
/// once. Targets are numbers here.
/// Threads: the hub's own.

namespace grove::cmd {

class attempt_schedule {
 public:
    /// Makes an attempt at a target, and may park. Result: when the next one is due; nothing: there
    /// is none, unless `plan` or `hurry` ask for it.
    using asker = std::function<std::optional<deadline>(std::size_t target)>;

    attempt_schedule(std::size_t targets, std::size_t at_once, asker ask);
    attempt_schedule(const attempt_schedule&) = delete;
    attempt_schedule& operator=(const attempt_schedule&) = delete;

    /// A target's next attempt is then, and not when it was due before.
    void plan(std::size_t target, deadline when);

    /// It is now; behind one that runs. Never parks.
    void hurry(std::size_t target);

    /// Starts what is due, and waits until an attempt has ended, `wake` was called, or `until`.
    /// Interrupted: nothing is lost.
    void turn(deadline until);

    void wake() noexcept { news_.set(); }

    /// No attempt runs, and none is due.
    [[nodiscard]] bool idle() const noexcept { return due_.empty() && running_ == 0; }

    /// Waits for the attempts that run. Result: false when `until` came first.
    bool finish(deadline until) { return attempts_.join(until); }

 private:
    struct place {
        std::optional<std::multimap<deadline, std::size_t>::iterator> due = std::nullopt;
        bool asking = false;
        bool hurried = false;  // while asking
    };

    void start_due();
    void attempt(std::size_t target);

    std::size_t at_once_;
    asker ask_;
    std::vector<place> places_;
    std::multimap<deadline, std::size_t> due_;
    std::size_t running_ = 0;
    event news_;
    group attempts_;  // last: its members use the others
};

}  // namespace grove::cmd
