// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

/// Checks of the library's own rules. `GROVE_CHECK` stays in every build and ends the process with
/// the place, the rule and the greenlet that broke it; `GROVE_DCHECK` is for hot paths and vanishes
/// under NDEBUG. For misuse and broken invariants only: what the outside world does is an error.

#define GROVE_CHECK(rule, text)                                             \
    do {                                                                    \
        if (!(rule)) [[unlikely]]                                           \
            ::grove::detail::check_failed(__FILE__, __LINE__, #rule, text); \
    } while (false)

#ifdef NDEBUG
#define GROVE_DCHECK(rule, text) \
    do {                         \
    } while (false)
#else
#define GROVE_DCHECK(rule, text) GROVE_CHECK(rule, text)
#endif

namespace grove::detail {

/// Prints to stderr and aborts.
[[noreturn]] void check_failed(const char* file, int line, const char* rule, std::string_view text);

/// Prints `grove: text` with the running greenlet's name to stderr and aborts.
[[noreturn]] void fatal(std::string_view text) noexcept;

/// Tells `fatal` how to name the running greenlet; core sets it. Writes into `buffer`, returns the
/// length, must be async-signal-safe.
using name_writer = std::size_t (*)(char* buffer, std::size_t size) noexcept;
void set_name_writer(name_writer writer) noexcept;

}  // namespace grove::detail
