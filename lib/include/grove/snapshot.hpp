// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What a hub looks like at one moment: plain data, made by `hub::snapshot()`, rendered by whoever
/// shows it.

namespace grove {

struct greenlet_snapshot {
    std::uint32_t id = 0;
    std::string name;
    std::string state;          ///< fresh, ready, running, parked
    std::string waits_on;       ///< "event 0x55d0…", empty unless parked
    duration for_how_long{};    ///< since it parked last or was made, as of the hub's last look at
                                ///< the clock
    std::string spawned_at;     ///< file:line
    std::uint32_t spawner = 0;  ///< the id of who spawned it; 0: the main greenlet
    std::string spawned_by;     ///< its name; of one that has ended, what it was called by number
    bool kill_pending = false;
};

/// One line of a service: its name and what it says of itself.
struct service_snapshot {
    std::string name;
    std::string text;
};

struct hub_snapshot {
    std::vector<greenlet_snapshot> greenlets;
    std::vector<service_snapshot> services;
    std::size_t timers = 0;
    std::size_t watches = 0;
    std::uint64_t switches = 0;
    std::size_t contexts = 0;  ///< stacks made so far
};

/// A line a greenlet, as in the blocked-forever report.
[[nodiscard]] GROVE_API std::string to_string(const hub_snapshot& snapshot);

}  // namespace grove
