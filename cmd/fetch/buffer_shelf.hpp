// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

/// Memory of bodies that have ended, for those that begin. Without it each small file would cost an
/// allocation of a size that makes the allocator tidy up all of its small blocks.
/// Threads: one at a time.

namespace grove::cmd {

class buffer_shelf {
 public:
    /// An empty text with room for `size` bytes.
    [[nodiscard]] std::string take(std::size_t size) {
        std::string taken;
        if (!spare_.empty()) {
            taken = std::move(spare_.back());
            spare_.pop_back();
        }
        taken.reserve(size);
        return taken;
    }

    /// Keeps what is worth keeping.
    void give(std::string used) {
        if (used.capacity() < smallest || used.capacity() > largest) return;
        if (spare_.size() == most) return;
        used.clear();
        spare_.push_back(std::move(used));
    }

 private:
    static constexpr std::size_t smallest = 256;
    static constexpr std::size_t largest = std::size_t{64} << 10;
    static constexpr std::size_t most = 64;

    std::vector<std::string> spare_;
};

}  // namespace grove::cmd
