// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/redis/redis_place.hpp"
#include "cmd/pipe/settled.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace grove::cmd {

/// A stream that items come from, for a sink on the same server: what it adds and what it settles
/// are then one transaction, so that a crash between the two adds nothing twice.
class redis_settlement : public settlement {
 public:
    [[nodiscard]] virtual const redis_place& place() const noexcept = 0;

    /// The entries that are to be acknowledged when so many items of the source, from its first
    /// on, are dealt with; without those that `settle` was told of.
    [[nodiscard]] virtual std::vector<std::string> entries_through(std::uint64_t items) const = 0;

    /// Those are acknowledged: until this is told, their leases are renewed.
    virtual void settle(std::uint64_t items) = 0;
};

}  // namespace grove::cmd
