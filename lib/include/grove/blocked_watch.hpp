// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/// Says which greenlet keeps its hub from all the others: one that computes for long, or calls
/// something that blocks the thread.
///
///     const grove::blocked_watch watching;
///     // grove: resize has kept its hub for 103ms, spawned at images.cpp:41:
///     //   scale(image const&, double)
///     //   thumbnail(image const&)
///
/// A thread looks at all hubs of the process four times in `longer_than`; nothing is added to what
/// a switch costs. The stack of a hub that makes no switch is taken by SIGURG, whose former action
/// comes back at the end; a sleep(3) or another call that a signal ends early is ended by it.
/// With `GROVE_WATCH_BLOCKED=100ms` in the environment, a program on libgrove.so is watched without
/// a change to it.
/// Limits: a hub's main greenlet is reported too, though there may be nobody whom it keeps waiting.
/// Time in which the whole process was stopped does not count. Names are those of the symbol
/// table: what was inlined has none, and of a stripped program there are only addresses.

namespace grove {

struct blocked_report {
    std::string greenlet;             ///< its name; `the hub`: a callback
    std::string spawned_at;           ///< `file:line`; empty for the main greenlet and callbacks
    duration for_how_long{};          ///< so far, at least
    std::vector<std::string> frames;  ///< innermost first
};

struct blocked_watch_options {
    duration longer_than = std::chrono::milliseconds(100);  ///< at least 4 ms
    /// Called once for each time that a hub is kept, on the watching thread; empty: prints.
    std::function<void(const blocked_report&)> tell = {};
};

/// Watches while it lives. One a process. Threads: any.
class GROVE_API blocked_watch {
 public:
    /// Throws: `std::logic_error` when there is one already, `std::invalid_argument` for a time
    /// that is too short, `std::system_error` (no thread is left).
    explicit blocked_watch(blocked_watch_options options = {});
    blocked_watch(const blocked_watch&) = delete;
    blocked_watch& operator=(const blocked_watch&) = delete;
    /// Waits for a report that is being told.
    ~blocked_watch();

 private:
    class watcher;
    std::unique_ptr<watcher> watcher_;
};

}  // namespace grove
