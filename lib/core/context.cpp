// SPDX-License-Identifier: MIT
#include "core/context.hpp"

#include <grove/error.hpp>

#include <pthread.h>

#include <cstdint>
#include <new>

namespace grove::detail {
namespace {

/// Tells Boost that the stack is ours to free.
struct kept_stack {
    boost::context::stack_context memory;

    [[nodiscard]] boost::context::stack_context allocate() const { return memory; }

    void deallocate(boost::context::stack_context&) const noexcept {}
};

}  // namespace

/// Boost.Context's `jump_x86_64_sysv_elf_gas.S` and `jump_arm64_aapcs_elf_gas.S`: what they push
/// before they leave a stack. lib/introspect/grove-gdb.py knows the same.
saved_registers registers_of(const context& suspended) noexcept {
    saved_registers seen;
    static_assert(sizeof suspended.suspended == sizeof(std::uintptr_t), "it is a stack pointer");
    std::uintptr_t frame = 0;
    std::memcpy(&frame, &suspended.suspended, sizeof frame);
    if (frame == 0) return seen;
    const auto at = [frame](std::size_t offset) {
        std::uintptr_t word = 0;
        // NOLINTNEXTLINE(performance-no-int-to-ptr): a stack pointer
        std::memcpy(&word, reinterpret_cast<const void*>(frame + offset), sizeof word);
        return word;
    };
#if defined(__x86_64__)
    seen.kept = {at(0x30), at(0x10), at(0x18), at(0x20), at(0x28)};
    seen.fp = at(0x38);
    seen.pc = at(0x40);
    seen.sp = frame + 0x48;
#elif defined(__aarch64__)
    for (std::size_t i = 0; i < seen.kept.size(); ++i) seen.kept.at(i) = at(0x40 + 8 * i);
    seen.fp = at(0x90);
    seen.pc = at(0xa0);
    seen.sp = frame + 0xb0;
#else
    static_cast<void>(at);
#endif
    return seen;
}

context* adopt_thread_stack() {
    auto* adopted = new context;
    pthread_attr_t attributes;
    void* base = nullptr;
    std::size_t size = 0;
    if (const int error = pthread_getattr_np(pthread_self(), &attributes); error != 0) {
        delete adopted;
        throw_error(error, "pthread_getattr_np");
    }
    pthread_attr_getstack(&attributes, &base, &size);
    pthread_attr_destroy(&attributes);
    adopted->memory.base = static_cast<std::byte*>(base);
    adopted->memory.size = size;
#ifdef GROVE_TSAN
    adopted->tsan_fiber = __tsan_get_current_fiber();
    make_place_for_tsan_signals();
#endif
#ifdef GROVE_ASAN
    // A process that exits on a greenlet's stack is searched for leaks: this one holds pointers
    // too.
    __lsan_register_root_region(adopted->memory.base, adopted->memory.size);
#endif
    return adopted;
}

void forget_thread_stack(context* adopted) noexcept {
#ifdef GROVE_ASAN
    __lsan_unregister_root_region(adopted->memory.base, adopted->memory.size);
#endif
    delete adopted;
}

context* make_context(const stack& memory, context_entry entry, void* argument) {
    constexpr std::uintptr_t line = 64;
    const auto top = reinterpret_cast<std::uintptr_t>(memory.top) - sizeof(context);
    auto* made = ::new (reinterpret_cast<void*>(top & ~(line - 1))) context;
    made->memory = memory;
    boost::context::stack_context described;
    described.sp = made;
    described.size = static_cast<std::size_t>(reinterpret_cast<std::byte*>(made) - memory.base);
#ifdef GROVE_ASAN
    // Boost enters the new stack once and comes back. What it leaves there must not lie on the fake
    // stack of whoever runs now, who would take it for a frame of its own that has returned.
    void* fake_stack = nullptr;
    __sanitizer_start_switch_fiber(&fake_stack, memory.base, described.size);
#endif
    made->suspended = boost::context::fiber(
        std::allocator_arg, boost::context::preallocated(described.sp, described.size, described),
        kept_stack{described}, [made, entry, argument](boost::context::fiber&&) {
#ifdef GROVE_ASAN
            __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
#endif
#ifdef GROVE_TSAN
            arrive_on_tsan_fiber();
#endif
            context* next = entry(*made, argument);
#ifdef GROVE_ASAN
            // Not null, which would free the fake stack that the frames below still return over.
            void* left_behind = nullptr;
            __sanitizer_start_switch_fiber(&left_behind, next->memory.base, next->memory.size);
#endif
#ifdef GROVE_TSAN
            tell_tsan_of_switch_to(next->tsan_fiber);
#endif
            return std::move(next->suspended);
        });
#ifdef GROVE_ASAN
    const void* bottom = nullptr;
    std::size_t size = 0;
    __sanitizer_finish_switch_fiber(fake_stack, &bottom, &size);
    __sanitizer_start_switch_fiber(&fake_stack, bottom, size);
    __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#endif
#ifdef GROVE_TSAN
    made->tsan_fiber = __tsan_create_fiber(0);
#endif
    return made;
}

void dispose_context(context* retired) noexcept {
#ifdef GROVE_TSAN
    __tsan_destroy_fiber(retired->tsan_fiber);
#endif
    retired->~context();
}

}  // namespace grove::detail
