// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/greenlet_core.hpp>

#include <cstdint>

/// Who wants to be told what a hub does: traces, and checks that a piece of code gives way. While
/// there is none a switch costs nothing for them: it asks one flag, which is set for a seeded order
/// too (`hub_core::next`).
/// Threads: the hub's. What is told must not wait, wake, spawn or throw.

namespace grove::detail {

/// What the hub does on its own stack; lib/README.md tells of them.
enum class hub_phase : std::uint8_t { posted_calls, poll, sleep, timers };

class switch_observer {
 public:
    switch_observer() = default;
    switch_observer(const switch_observer&) = delete;
    switch_observer& operator=(const switch_observer&) = delete;

    /// `to` gets the turn; it is the hub's own greenlet when the hub does, and `from` itself when a
    /// yield finds nobody else. `from` is null when it has ended, and may have gone.
    virtual void on_switch(const greenlet_core* from, const greenlet_core& to) noexcept = 0;

    /// The phase begins; it lasts until the next one, or a switch.
    virtual void on_phase(hub_phase phase) noexcept = 0;

 protected:
    ~switch_observer() = default;
};

}  // namespace grove::detail
