// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>

/// A process with hubs that calls fork gets a child with the hubs' memory and neither their threads
/// nor an epoll of its own: the set is its parent's, and to take a descriptor out of it there would
/// make the parent deaf. So a hub does not run in such a child: what would wait, spawn or switch
/// there ends the child with a message that says what to do instead. Destructors go without saying:
/// they leave the parent's epoll and children alone and do not wait.
///
/// The child is known by a page that the kernel clears in it (MADV_WIPEONFORK), however it was made
/// (`_Fork`, clone). Who shares our memory (vfork, posix_spawn, grove::process) sees the page as we
/// do, and is left in peace. A child that was forked while no hub lived may have hubs of its own.

namespace grove::detail {

/// Null while no hub lives; else 1 in the process that made the hubs and 0 in its children.
/// Volatile, for one function may see both.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): read in signal handlers too
extern std::atomic<const volatile unsigned char*> fork_page;

/// Threads: any. Async-signal-safe.
[[nodiscard]] inline bool in_forked_child() noexcept {
    const volatile unsigned char* const page = fork_page.load(std::memory_order_acquire);
    return page != nullptr && *page == 0;
}

/// Ends the process with the message.
[[noreturn]] void refuse_forked_child() noexcept;

/// Does nothing where a hub may run.
inline void check_not_forked() noexcept {
    if (in_forked_child()) [[unlikely]]
        refuse_forked_child();
}

/// A hub's part in the guard; the first of a process installs it.
class counted_hub {
 public:
    /// Throws: `std::system_error` when there is no memory for the page.
    counted_hub();
    counted_hub(const counted_hub&) = delete;
    counted_hub& operator=(const counted_hub&) = delete;
    ~counted_hub();
};

}  // namespace grove::detail
