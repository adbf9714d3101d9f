// SPDX-License-Identifier: MIT
#pragma once

#include "core/sanitizers.hpp"
#include "core/stack.hpp"

#include <boost/context/fiber.hpp>
#include <boost/context/preallocated.hpp>

#include <cxxabi.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

/// The one place that switches stacks, and the only one that knows Boost.Context.
///
/// A context is a stack with something to resume on it. Its control record sits at the top of its
/// stack. A context that has finished a greenlet is kept, suspended in its loop, and given the next
/// one: making one costs two jumps and ten cache lines, recycling costs nothing.
///
/// At each switch this file also carries what belongs to the interrupted code and not to the
/// thread: the C++ runtime's record of caught exceptions (Boost 1.81 does not: greenlets that park
/// inside `catch` would corrupt each other; doing it twice, where Boost 1.88 does it too, is
/// harmless), and the sanitizers' idea of the current stack. errno is not carried: greenlets
/// that care save it. MXCSR and the x87 control word are carried by Boost.

namespace grove::detail {

struct context {
    boost::context::fiber suspended;
    context* next_free = nullptr;
    stack memory;
#ifdef GROVE_ASAN
    void* fake_stack = nullptr;
#endif
#ifdef GROVE_TSAN
    void* tsan_fiber = nullptr;
#endif
};

/// What __cxa_get_globals() points to, by the Itanium C++ ABI, section 2.2.2.
struct exception_globals {
    void* caught_exceptions = nullptr;
    unsigned int uncaught_exceptions = 0;
};

/// The calling thread's; the pointer is good for as long as the thread lives.
inline exception_globals* thread_exception_globals() noexcept {
    return reinterpret_cast<exception_globals*>(abi::__cxa_get_globals());
}

/// Leaves `from`, whose code runs now, and continues `to`. Returns when somebody switches back.
[[gnu::always_inline]] inline void switch_context(context& from, context& to,
                                                  exception_globals* globals) {
    // Almost always zero: then nothing is written, and the loads do not wait for stores.
    void* const caught = globals->caught_exceptions;
    const unsigned int uncaught = globals->uncaught_exceptions;
    const bool inside_exception = caught != nullptr || uncaught != 0;
    if (inside_exception) [[unlikely]]
        *globals = exception_globals{};
#ifdef GROVE_ASAN
    __sanitizer_start_switch_fiber(&from.fake_stack, to.memory.base, to.memory.size);
#endif
    context* const left = &from;
    boost::context::fiber next = std::move(to.suspended);
#ifdef GROVE_TSAN
    tell_tsan_of_switch_to(to.tsan_fiber);
#endif
    std::move(next).resume_with([left](boost::context::fiber&& back) {
        left->suspended = std::move(back);
        return boost::context::fiber{};
    });
#ifdef GROVE_TSAN
    arrive_on_tsan_fiber();
#endif
#ifdef GROVE_ASAN
    __sanitizer_finish_switch_fiber(from.fake_stack, nullptr, nullptr);
#endif
    if (inside_exception) [[unlikely]]
        *globals = {caught, uncaught};
}

/// Where a suspended context goes on, as Boost.Context has left it on its stack: for backtraces.
struct saved_registers {
    std::uintptr_t pc = 0;  ///< 0: this machine's kind is not known here
    std::uintptr_t sp = 0;
    std::uintptr_t fp = 0;
    std::array<std::uintptr_t, 10> kept{};  ///< x86-64: rbx, r12 to r15; arm64: x19 to x28
};

/// Of a context that does not run.
[[nodiscard]] saved_registers registers_of(const context& suspended) noexcept;

/// Describes the stack that the calling thread came with, so that it can be switched from and to.
[[nodiscard]] context* adopt_thread_stack();
void forget_thread_stack(context* adopted) noexcept;

/// A suspended context on `memory` that will call `entry(argument)` and never return from it,
/// except as `retire_context` asks: then `entry` returns the context to continue.
using context_entry = context* (*)(context& self, void* argument);
[[nodiscard]] context* make_context(const stack& memory, context_entry entry, void* argument);

/// After `entry` has returned: frees what the context holds besides its memory.
void dispose_context(context* retired) noexcept;

}  // namespace grove::detail
