// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/greenlet_core.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

/// Stacks, carved from large mappings: below each lie 16 guard pages, because C libraries have
/// frames larger than a page and do not probe. On Linux 6.13 and later a guard costs no mapping
/// (MADV_GUARD_INSTALL); elsewhere it is mprotect, which splits mappings, so only the first 16,000
/// stacks get one (vm.max_map_count is 65,530 by default) and a line on stderr says when that ends.
/// `GROVE_GUARD=mprotect` in the environment chooses the second way for tests.
///
/// Tops are coloured: shifted by (n mod 8) x 256 bytes, so that thousands of stacks do not meet in
/// the same cache sets (measured: 37 ns a switch without, 7 ns with, in a ring of 1000).
/// Threads: a pool belongs to one hub.

namespace grove::detail {

struct stack {
    std::byte* base = nullptr;  ///< lowest usable byte; guard pages end here
    std::size_t size = 0;       ///< usable bytes
    std::byte* top = nullptr;   ///< coloured upper end, 256-aligned
    stack_size kind = stack_size::kib_64;
};

class stack_pool {
 public:
    static constexpr std::size_t guard_size = 16 * 4096;

    stack_pool() = default;
    stack_pool(const stack_pool&) = delete;
    stack_pool& operator=(const stack_pool&) = delete;
    /// Unmaps everything; no stack may be in use.
    ~stack_pool();

    /// A stack that was never used. Throws `std::system_error` (ENOMEM) when the address space is
    /// exhausted. Stacks are not given back one by one: contexts are recycled with theirs.
    [[nodiscard]] stack take(stack_size kind);

    [[nodiscard]] std::size_t taken() const noexcept { return taken_; }

 private:
    struct region {
        std::byte* begin;
        std::size_t size;
    };

    struct carving {
        std::byte* next = nullptr;
        std::byte* end = nullptr;
    };

    void map_region(carving& at, std::size_t stride);
    void guard(std::byte* below);

    std::array<carving, 4> carvings_{};
    std::vector<region> regions_;
    std::size_t next_region_ = std::size_t{8} << 20;
    std::size_t taken_ = 0;
    std::size_t protected_ = 0;
};

/// Usable bytes of a class; four times as many under AddressSanitizer, whose frames are larger.
[[nodiscard]] std::size_t usable_size(stack_size kind) noexcept;

}  // namespace grove::detail
