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

    /// Takes so many items of the source, from its first on, for settled. Result: the entries that
    /// are so since the last time, which the caller acknowledges.
    [[nodiscard]] virtual std::vector<std::string> settle(std::uint64_t items) = 0;
};

}  // namespace grove::cmd
