// SPDX-License-Identifier: MIT
#include "core/slab.hpp"

#include "core/sanitizers.hpp"

#include <new>

namespace grove::detail {
namespace {

constexpr std::align_val_t line{64};

#ifdef GROVE_ASAN
constexpr bool from_heap = true;
#else
constexpr bool from_heap = false;
#endif

}  // namespace

void slab::chunk_deleter::operator()(std::byte* memory) const noexcept {
    ::operator delete(memory, line);
}

void* slab::take(std::size_t bytes) {
    ++in_use_;
    if (from_heap || bytes > largest) return ::operator new(bytes, line);
    free_block*& first = free_[(bytes + step - 1) / step];
    if (first == nullptr) return carve((bytes + step - 1) / step * step);
    free_block* block = first;
    first = block->next;
    return block;
}

void slab::give_back(void* block, std::size_t bytes) noexcept {
    --in_use_;
    if (from_heap || bytes > largest) {
        ::operator delete(block, line);
        return;
    }
    free_block*& first = free_[(bytes + step - 1) / step];
    first = ::new (block) free_block{first};
}

void* slab::carve(std::size_t bytes) {
    if (static_cast<std::size_t>(end_ - next_) < bytes) {
        chunks_.emplace_back(static_cast<std::byte*>(::operator new(chunk, line)));
        next_ = chunks_.back().get();
        end_ = next_ + chunk;
    }
    void* block = next_;
    next_ += bytes;
    return block;
}

}  // namespace grove::detail
