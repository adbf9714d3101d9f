// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

/// Writes who ran when: a file in Chrome's trace event format, which ui.perfetto.dev and
/// chrome://tracing show as one track a greenlet, grouped by hub, and a track a hub with its phases
/// (posted calls, poll, sleep, timers). A slice is one turn; it says what the greenlet did then:
/// the wait, `yield`, or `ended`.
///
///     {
///         const grove::introspect::switch_trace trace("slow.json");
///         slow();
///     }
///     // or, without a change to the program:  GROVE_TRACE=slow.%p.json ./program
///
/// The file is a ring: of each hub the newest events are kept, and `lost_events` in it counts what
/// they have taken the place of. It is written in place as things happen, so it is valid JSON at
/// each moment and there is nothing to finish: a program that calls _exit or is killed leaves what
/// happened until then, the turn that was going on included. Only one that is killed within the
/// microsecond in which an event is written, or the few in which the file grows, may leave that
/// event torn.
/// While there is no trace, a switch costs nothing for it; with one it costs some 0.4 us. Times are
/// of the monotonic clock, in microseconds since the trace began, also under a simulation.
/// In the environment `%p` stands for the process's number, for programs that start others.

namespace grove::detail {
class running_trace;
}

namespace grove::introspect {

struct switch_trace_options {
    std::size_t events = 65536;  ///< kept a hub, 256 bytes each; at least 512
};

/// Traces all hubs of the process while it lives. One a process.
/// Threads: any.
class GROVE_API switch_trace {
 public:
    /// Throws: `std::logic_error` when there is one already, `std::invalid_argument` for too few
    /// events, `std::system_error` when the file cannot be written or is no regular file.
    explicit switch_trace(const std::string& file, switch_trace_options options = {});
    switch_trace(const switch_trace&) = delete;
    switch_trace& operator=(const switch_trace&) = delete;
    /// Other hubs may write the end of the turn that is going on a moment later.
    ~switch_trace();

    /// Events that are in the file no more, or that a full disk kept out.
    [[nodiscard]] std::uint64_t lost() const noexcept;

 private:
    std::shared_ptr<detail::running_trace> running_;
};

}  // namespace grove::introspect
