// SPDX-License-Identifier: MIT
#include "patch/libc_calls.hpp"

#include <grove/patch.hpp>

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace grove {
namespace detail {

constinit std::atomic<bool> libc_is_known{false};
constinit libc_calls known_libc{};

namespace {

struct entry {
    const char* name;
    void* ours;
    void* libcs;
};

#define GROVE_COUNT(name) +1  // NOLINT(bugprone-macro-parentheses): a sum
constexpr std::size_t count = GROVE_PATCHED_CALLS(GROVE_COUNT);
#undef GROVE_COUNT

std::array<entry, count> table() noexcept {
#define GROVE_ENTRY(name) \
    {#name, reinterpret_cast<void*>(&::name), reinterpret_cast<void*>(libc().name)},
    return {{GROVE_PATCHED_CALLS(GROVE_ENTRY)}};
#undef GROVE_ENTRY
}

/// What the loader finds under a name; in a program without -fPIE it may be an entry of its PLT.
void* resolved(const entry& call) noexcept {
    return ::dlsym(RTLD_DEFAULT, call.name);
}

void* next_after_us(const char* name) noexcept {
    if (void* const found = ::dlsym(RTLD_NEXT, name)) return found;
    std::fprintf(stderr, "libgrove-patch.so: the C library has no %s\n", name);
    std::abort();
}

[[gnu::constructor]] void find_libc_when_loaded() noexcept {
    find_libc();
}

}  // namespace

void find_libc() noexcept {
    const int before = errno;
#define GROVE_FIND(name) \
    known_libc.name = reinterpret_cast<decltype(known_libc.name)>(next_after_us(#name));
    GROVE_PATCHED_CALLS(GROVE_FIND)
#undef GROVE_FIND
    libc_is_known.store(true, std::memory_order_release);
    errno = before;
}

void* original_of(void* function) noexcept {
    for (const entry& call : table()) {
        if (function == call.ours || function == resolved(call)) return call.libcs;
    }
    return function;
}

}  // namespace detail

std::vector<patched_call> patched() {
    std::vector<patched_call> all;
    for (const detail::entry& call : detail::table()) {
        Dl_info where{};
        void* const address = detail::resolved(call);
        const bool known = ::dladdr(address, &where) != 0 && where.dli_fname != nullptr;
        all.push_back({call.name, known ? where.dli_fname : "", address == call.ours});
    }
    return all;
}

bool patch() noexcept {
    return std::ranges::all_of(detail::table(), [](const detail::entry& call) {
        return detail::resolved(call) == call.ours;
    });
}

}  // namespace grove
