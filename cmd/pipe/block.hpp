// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace grove::cmd {

/// What goes from stage to stage: whole items in a row, each followed by its end (a line feed, or
/// NUL with `-0`). Many items travel as one, so that an item costs some nanoseconds.
struct block {
    std::string bytes = {};
    std::size_t items = 0;
    /// So many items of the source are dealt with once this block is: it and those before it hold
    /// all that came of them.
    std::uint64_t through = 0;
    /// ... and with it ends what came of them: nothing of later items is in it, or before it.
    bool exact = false;
};

}  // namespace grove::cmd
