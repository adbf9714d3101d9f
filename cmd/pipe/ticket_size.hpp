// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>

#include <cstddef>

namespace grove::cmd {

/// How many items a worker is given at once: as many as take it some milliseconds. One that takes
/// long for each is given one by one, so that all are busy to the end; one that is fast is given
/// thousands, so that an item costs nothing to hand over.
class ticket_size {
 public:
    static constexpr std::size_t most = 4096;

    [[nodiscard]] std::size_t items() const noexcept { return items_; }

    /// So many items, given at once, took so long.
    void took(std::size_t items, duration time) noexcept;

 private:
    std::size_t items_ = 1;
};

}  // namespace grove::cmd
