// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/source_location.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

/// Holds a piece of code to giving way: for tests, and for code that must not keep its hub.
///
///     {
///         const grove::introspect::assert_switches often({.max_blocking_time = 5ms});
///         for (const auto& row : rows) { index(row); grove::yield(); }
///     }   // throws: "index.cpp:12: Greenlet-3 kept its turn for 31.2ms, which may last 5ms"
///
/// Without a time, the code must give its turn away at least once; a yield that finds nobody else
/// counts. With one it may do without, as long as it takes no longer than that. Times are of the
/// monotonic clock, also under a simulation. `blocked_watch` does the like for all code, from
/// outside; this one costs two reads of the clock a switch of its hub while it lives.

namespace grove::introspect {

struct switch_report {
    std::string at;            ///< `file:line` of the guard
    std::string greenlet;      ///< its name
    std::uint64_t switches{};  ///< so often it gave its turn away, or the hub had its turn
    duration longest{};        ///< between two of them, or the beginning or end of the code
    std::string text;          ///< what is wrong, in one line
};

/// The code has not given way.
class GROVE_API did_not_switch : public std::logic_error {
 public:
    explicit did_not_switch(switch_report report);
    did_not_switch(const did_not_switch&) = default;
    did_not_switch& operator=(const did_not_switch&) = default;
    ~did_not_switch() override;

    [[nodiscard]] const switch_report& report() const noexcept { return report_; }

 private:
    switch_report report_;
};

struct assert_switches_options {
    duration max_blocking_time = duration::zero();  ///< zero: any, but it must switch
    /// Not how long the greenlet keeps its turn, but how long all together keep the hub from
    /// looking at descriptors and timers.
    bool hub_only = false;
    /// Called in place of the throw, in the guard's destructor; must not throw.
    std::function<void(const switch_report&)> tell = {};
};

/// A guard of the scope it lives in. Threads: ends in the greenlet that made it.
class GROVE_API assert_switches {
 public:
    explicit assert_switches(assert_switches_options options = {},
                             detail::source_location from = detail::source_location::current());
    assert_switches(const assert_switches&) = delete;
    assert_switches& operator=(const assert_switches&) = delete;
    /// Throws: `did_not_switch`, unless the scope is left by an exception, which goes first.
    ~assert_switches() noexcept(false);

 private:
    class guard;
    std::unique_ptr<guard> guard_;
};

}  // namespace grove::introspect
