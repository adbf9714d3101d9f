// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// Pieces of work for the runtime itself, on its public interface, as a user would write them.

namespace grove::cmd {

struct hub_workload {
    std::string_view name;
    std::string_view what;  ///< is counted: `a switch between 2 greenlets`
    std::uint64_t count;    ///< of operations in about a second
    /// Does it `count` times. Result: nanoseconds for each. On a hub.
    double (*run)(std::uint64_t count);
};

[[nodiscard]] std::span<const hub_workload> hub_workloads() noexcept;

}  // namespace grove::cmd
