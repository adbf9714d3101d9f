// SPDX-License-Identifier: MIT
#include "base/check.hpp"
#include "core/fork_guard.hpp"
#include "core/poller.hpp"
#include "core/sanitizers.hpp"

#include <grove/error.hpp>

#include <sys/epoll.h>

#include <array>
#include <cerrno>

namespace grove::detail {
namespace {

constexpr std::size_t batch = 256;

/// ThreadSanitizer holds a signal back until the program makes a call that it knows, and would hold
/// one for ever that comes just before an epoll_pwait2.
#ifdef GROVE_TSAN
constexpr bool may_wait_precisely = false;
#else
constexpr bool may_wait_precisely = true;
#endif

std::uint32_t events_for(readiness interest, trigger kind) noexcept {
    std::uint32_t events = kind == trigger::edge ? EPOLLET : 0U;
    if (includes(interest, readiness::read)) {
        events |= EPOLLIN | EPOLLRDHUP;
        if (kind == trigger::edge) events |= EPOLLPRI;
    }
    if (includes(interest, readiness::write)) events |= EPOLLOUT;
    return events;
}

readiness seen_in(std::uint32_t events) noexcept {
    if ((events & (EPOLLERR | EPOLLHUP)) != 0) return readiness::both | readiness::hung_up;
    readiness seen = readiness::none;
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLPRI)) != 0) seen = seen | readiness::read;
    if ((events & EPOLLRDHUP) != 0) seen = seen | readiness::hung_up;
    if ((events & EPOLLOUT) != 0) seen = seen | readiness::write;
    return seen;
}

/// Nanosecond waits need epoll_pwait2 (Linux 5.11); older kernels get milliseconds, rounded up so
/// that no timer is early.
int wait_for_events(int epoll, std::array<epoll_event, batch>& into,
                    std::int64_t timeout) noexcept {
    static bool precise = may_wait_precisely;
    if (timeout == 0) return ::epoll_wait(epoll, into.data(), batch, 0);
    if (precise) {
        const timespec limit{timeout / 1'000'000'000, timeout % 1'000'000'000};
        const int n =
            ::epoll_pwait2(epoll, into.data(), batch, timeout < 0 ? nullptr : &limit, nullptr);
        if (n >= 0 || errno != ENOSYS) return n;
        precise = false;
    }
    constexpr std::int64_t day = 86'400'000;
    const std::int64_t milliseconds =
        timeout < 0 ? -1 : std::min((timeout + 999'999) / 1'000'000, day);
    return ::epoll_wait(epoll, into.data(), batch, static_cast<int>(milliseconds));
}

}  // namespace

poller::poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (!epoll_) throw_errno("epoll_create1");
}

void poller::attach(int fd, fd_watcher& watcher, readiness interest, trigger kind) {
    GROVE_CHECK(fd >= 0, "only an open descriptor can be watched");
    const auto index = static_cast<std::size_t>(fd);
    if (entries_.size() <= index) entries_.resize(index + index / 2 + 16);
    entry& slot = entries_[index];
    GROVE_CHECK(slot.watcher == nullptr, "a descriptor has one watcher");
    ++slot.generation;
    control(EPOLL_CTL_ADD, fd, interest, kind);
    slot.watcher = &watcher;
    ++attached_;
}

void poller::modify(int fd, readiness interest, trigger kind) {
    control(EPOLL_CTL_MOD, fd, interest, kind);
}

void poller::detach(int fd) noexcept {
    const auto index = static_cast<std::size_t>(fd);
    if (fd < 0 || index >= entries_.size() || entries_[index].watcher == nullptr) return;
    entries_[index].watcher = nullptr;
    ++entries_[index].generation;
    --attached_;
    if (in_forked_child()) return;  // the set is its parent's
    // Fails with EBADF or ENOENT when someone closed the descriptor first; there is nothing to
    // undo.
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void poller::control(int operation, int fd, readiness interest, trigger kind) {
    check_not_forked();
    epoll_event event{};
    event.events = events_for(interest, kind);
    event.data.u64 = (std::uint64_t{entries_[static_cast<std::size_t>(fd)].generation} << 32) |
                     static_cast<std::uint32_t>(fd);
    if (::epoll_ctl(epoll_.get(), operation, fd, &event) == 0) return;
    if (errno == EEXIST && ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event) == 0) return;
    if (errno == ENOENT && ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0) return;
    throw_errno("epoll_ctl", "descriptor " + std::to_string(fd));
}

void poller::wait(std::int64_t timeout) noexcept {
    std::array<epoll_event, batch> events;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    const int n = wait_for_events(epoll_.get(), events, timeout);
    for (int i = 0; i < n; ++i) {
        const epoll_event& event = events[static_cast<std::size_t>(i)];
        const auto index = static_cast<std::size_t>(event.data.u64 & 0xffff'ffffU);
        const entry& slot = entries_[index];
        if (slot.watcher == nullptr || slot.generation != event.data.u64 >> 32) continue;
        slot.watcher->ready(*slot.watcher, seen_in(event.events));
    }
}

}  // namespace grove::detail
