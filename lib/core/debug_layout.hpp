// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

/// Where a debugger finds the greenlets, in a program with or without debug information, alive or
/// as a core: lib/introspect/grove-gdb.py reads this by its symbol. Distances are in bytes and are
/// filled in when the first hub of the process is made; before that, `version` is 0.

extern "C" struct grove_debug_layout_v1 {
    std::uint64_t version;
    const void* hubs;  ///< a std::vector of pointers to the beacons of all hubs
    std::uint64_t beacon_in_hub;
    std::uint64_t hub_thread;     ///< int
    std::uint64_t hub_greenlets;  ///< the ends of the list; the next link is its second word
    std::uint64_t hub_own;        ///< the hub's greenlet
    std::uint64_t hub_main;       ///< the main greenlet
    std::uint64_t hub_current;    ///< a pointer
    std::uint64_t greenlet_link;  ///< in the list of all
    std::uint64_t greenlet_number;
    std::uint64_t greenlet_state;  ///< one byte: fresh, ready, running, parked, finished
    std::uint64_t greenlet_waits;  ///< a pointer to its waiter, or null
    std::uint64_t greenlet_extras;
    std::uint64_t greenlet_context;
    std::uint64_t greenlet_spawned;  ///< file: a pointer; line: 32 bits behind it
    std::uint64_t waiter_what;       ///< a C string
    std::uint64_t waiter_object;
    std::uint64_t extras_name;      ///< a std::string
    std::uint64_t context_pointer;  ///< to what Boost.Context has saved; null while it runs
} grove_debug_layout;
