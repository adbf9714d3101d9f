// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>

#include <cstdint>

namespace grove::cmd {

/// How far a run is.
struct settled_place {
    std::uint64_t items = 0;  ///< of the source: all that came of them is where it goes
    std::uint64_t bytes = 0;  ///< of the file that the results go to
    bool whole = false;       ///< all results are there; the file has not got its name yet
    bool done = false;        ///< the run came to its end
};

/// Is told by the sink how far the run is, for a run after this one, or for others.
class settlement {
 public:
    settlement() = default;
    settlement(const settlement&) = delete;
    settlement& operator=(const settlement&) = delete;
    virtual ~settlement() = default;

    /// Where the run before has ended.
    [[nodiscard]] virtual const settled_place& from() const noexcept = 0;

    /// What was noted is given to no later run again: what came of it must outlive this one.
    [[nodiscard]] virtual bool is_final() const noexcept { return false; }

    /// When to make the next `note`, where there is something new: making one costs something.
    [[nodiscard]] virtual deadline next() const noexcept = 0;

    /// All up to `place` is where it goes. Blocks. Throws: `std::system_error`, `stage_failed`.
    virtual void note(const settled_place& place) = 0;
};

}  // namespace grove::cmd
