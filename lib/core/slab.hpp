// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

/// Memory for greenlets: blocks of 64-byte steps up to 1 KiB, taken from chunks and given back last
/// in, first out, so that a spawn finds its block warm. Larger blocks come from the heap. Chunks
/// are freed with the slab.
/// Threads: a slab belongs to one hub. Under AddressSanitizer every block comes from the heap, so
/// that a use after the end is found.

namespace grove::detail {

class slab {
 public:
    slab() = default;
    slab(const slab&) = delete;
    slab& operator=(const slab&) = delete;

    /// Aligned to 64 bytes. Throws `std::bad_alloc`.
    [[nodiscard]] void* take(std::size_t bytes);
    void give_back(void* block, std::size_t bytes) noexcept;

    /// Blocks taken and not given back.
    [[nodiscard]] std::size_t in_use() const noexcept { return in_use_; }

 private:
    static constexpr std::size_t step = 64;
    static constexpr std::size_t largest = 1024;
    static constexpr std::size_t chunk = std::size_t{256} << 10;

    struct free_block {
        free_block* next;
    };

    struct chunk_deleter {
        void operator()(std::byte* memory) const noexcept;
    };

    void* carve(std::size_t bytes);

    std::array<free_block*, largest / step + 1> free_{};
    std::byte* next_ = nullptr;
    std::byte* end_ = nullptr;
    std::size_t in_use_ = 0;
    std::vector<std::unique_ptr<std::byte, chunk_deleter>> chunks_;
};

}  // namespace grove::detail
