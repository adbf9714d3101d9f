// SPDX-License-Identifier: MIT
#include "core/stack.hpp"

#include "core/sanitizers.hpp"

#include <grove/error.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#ifdef GROVE_VALGRIND
#include <valgrind/valgrind.h>
#endif

namespace grove::detail {
namespace {

constexpr int madv_guard_install = 102;  // Linux 6.13; Debian 12's headers do not name it
constexpr std::size_t largest_region = std::size_t{1} << 30;
constexpr std::size_t mprotect_cap = 16'000;
constexpr std::size_t colours = 8;
constexpr std::size_t colour_step = 256;  // what Boost.Context aligns its record to

enum class guard_method { madvise, mprotect };

guard_method probe() noexcept {
    const char* wish = std::getenv("GROVE_GUARD");
    if (wish != nullptr && std::string_view(wish) == "mprotect") return guard_method::mprotect;
    void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return guard_method::mprotect;
    const bool works = ::madvise(page, 4096, madv_guard_install) == 0;
    ::munmap(page, 4096);
    return works ? guard_method::madvise : guard_method::mprotect;
}

guard_method method() noexcept {
    static const guard_method known = probe();
    return known;
}

void announce(const stack& s) {
#ifdef GROVE_VALGRIND
    VALGRIND_STACK_REGISTER(s.base, s.base + s.size);
#endif
#ifdef GROVE_ASAN
    __lsan_register_root_region(s.base, s.size);
#endif
    static_cast<void>(s);
}

}  // namespace

std::size_t usable_size(stack_size kind) noexcept {
    constexpr std::array<std::size_t, 4> kib{16, 64, 256, 1024};
#ifdef GROVE_ASAN
    constexpr std::size_t factor = 4;
#else
    constexpr std::size_t factor = 1;
#endif
    return kib.at(static_cast<std::size_t>(kind)) * 1024 * factor;
}

stack_pool::~stack_pool() {
    for (const region& r : regions_) {
#ifdef GROVE_ASAN
        __asan_unpoison_memory_region(r.begin, r.size);
#endif
        ::munmap(r.begin, r.size);
    }
}

stack stack_pool::take(stack_size kind) {
    const std::size_t size = usable_size(kind);
    const std::size_t stride = size + guard_size;
    carving& at = carvings_.at(static_cast<std::size_t>(kind));
    if (at.next == at.end) map_region(at, stride);
    std::byte* below = at.next;
    guard(below);
    at.next += stride;
    const std::size_t colour = (taken_++ % colours) * colour_step;
    stack made{below + guard_size, size, below + stride - colour, kind};
    announce(made);
    return made;
}

void stack_pool::map_region(carving& at, std::size_t stride) {
    const std::size_t size = std::max(next_region_ / stride, std::size_t{1}) * stride;
    void* mapped = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) throw_errno("mmap", "stacks for greenlets");
    ::madvise(mapped, size, MADV_NOHUGEPAGE);  // a huge page a stack would cost 2 MiB each
    at.next = static_cast<std::byte*>(mapped);
    at.end = at.next + size;
    regions_.push_back({at.next, size});
    next_region_ = std::min(next_region_ * 2, largest_region);
}

void stack_pool::guard(std::byte* below) {
    if (method() == guard_method::madvise) {
        if (::madvise(below, guard_size, madv_guard_install) != 0) {
            throw_errno("madvise", "guard pages of a greenlet's stack");
        }
        return;
    }
    if (protected_ == mprotect_cap) {
        std::fprintf(stderr, "grove: greenlets beyond %zu run without guard pages on this kernel\n",
                     mprotect_cap);
    }
    if (++protected_ > mprotect_cap) return;
    if (::mprotect(below, guard_size, PROT_NONE) != 0) {
        throw_errno("mprotect", "guard pages of a greenlet's stack");
    }
}

}  // namespace grove::detail
