// SPDX-License-Identifier: MIT
#include "core/fork_guard.hpp"

#include "base/check.hpp"
#include "core/hub_core.hpp"

#include <grove/error.hpp>

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <mutex>

namespace grove::detail {

constinit std::atomic<const volatile unsigned char*> fork_page{nullptr};

namespace {

/// Held across a fork, so that the child finds it whole.
struct counted_hubs {
    std::mutex mutex;
    std::size_t living = 0;                  // guarded by mutex
    volatile unsigned char* page = nullptr;  // guarded by mutex; stays
};

constinit counted_hubs hubs;

void before_fork() noexcept {
    hubs.mutex.lock();
}

void after_fork() noexcept {
    hubs.mutex.unlock();
}

/// An old kernel does not clear the page.
void after_fork_in_child() noexcept {
    hubs.mutex.unlock();
    if (fork_page == nullptr) return;
    *hubs.page = 0;
    if (this_hub != nullptr) this_hub->stop_after_fork();
}

volatile unsigned char* make_page() {
    void* const page = ::mmap(nullptr, static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)),
                              PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) throw_errno("mmap", "the fork guard's page");
    ::madvise(page, static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)), MADV_WIPEONFORK);
    ::pthread_atfork(before_fork, after_fork, after_fork_in_child);
    return static_cast<volatile unsigned char*>(page);
}

}  // namespace

void refuse_forked_child() noexcept {
    fatal(
        "a hub does not run in the child of a fork: start programs with grove::process, or call "
        "exec or _exit at once after fork");
}

counted_hub::counted_hub() {
    check_not_forked();
    const std::lock_guard hold(hubs.mutex);
    if (hubs.page == nullptr) hubs.page = make_page();
    if (hubs.living++ != 0) return;
    if (*hubs.page == 0) *hubs.page = 1;  // others may be reading it from the last time
    fork_page = hubs.page;
}

counted_hub::~counted_hub() {
    const std::lock_guard hold(hubs.mutex);
    if (--hubs.living == 0) fork_page = nullptr;
}

}  // namespace grove::detail
