// SPDX-License-Identifier: MIT
#pragma once

#include "core/hub_core.hpp"
#include "core/poller.hpp"

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/intrusive_list.hpp>
#include <grove/detail/waiter.hpp>
#include <grove/hub.hpp>

#include <poll.h>
#include <sys/types.h>

#include <memory>
#include <optional>
#include <span>
#include <vector>

/// Who waits for descriptors that are not grove's own. They have an epoll of their own inside the
/// hub's: the same number may be a socket's there, with its one watcher. A descriptor is registered
/// while somebody waits for it and no longer, for nobody tells us of its end.

namespace grove::detail {

/// A hub's one.
class poll_table final : public hub_service {
 public:
    explicit poll_table(hub& owner);
    poll_table(const poll_table&) = delete;
    poll_table& operator=(const poll_table&) = delete;
    ~poll_table() override;

    /// The descriptor is about to be closed: whoever waits for it is woken, and finds it closed.
    /// Does nothing on a thread that has no table, nor in a child made by fork or vfork: the epoll
    /// is still its parent's, and what the child closes stays open there.
    GROVE_API static void closing(int fd) noexcept;

    class wait;

 private:
    struct watched;

    /// One entry of one call.
    struct place : list_hook<place> {
        wait* who = nullptr;
        watched* at = nullptr;
        readiness wanted = readiness::none;
        bool closed = false;
    };

    struct watched : fd_watcher {
        explicit watched(int number) noexcept : fd_watcher(on_ready), fd(number) {}

        int fd;
        readiness interest = readiness::none;
        intrusive_list<place> places;
    };

    struct gate : fd_watcher {
        explicit gate(poll_table& owner) noexcept : fd_watcher(on_open), table(owner) {}

        poll_table& table;
    };

    static void on_ready(fd_watcher& watcher, readiness seen) noexcept;
    static void on_open(fd_watcher& watcher, readiness seen) noexcept;
    void add(place& one, int fd);
    void remove(place& one) noexcept;

    hub_core& hub_;
    pid_t process_;
    poller descriptors_;
    gate gate_;
    std::vector<std::unique_ptr<watched>> watched_;  // by descriptor
};

/// One greenlet's stay in the table; gone with the object.
class poll_table::wait {
 public:
    /// Registers. Throws: `std::system_error`; nothing stays registered then.
    wait(poll_table& table, std::span<const pollfd> descriptors);
    wait(const wait&) = delete;
    wait& operator=(const wait&) = delete;
    ~wait();

    /// Until one may be ready; the kernel has to be asked between two of them. Interrupted: throws.
    outcome park(deadline until) { return me_.emplace("poll").park(until); }

    void wake() noexcept {
        if (me_) me_->wake();
    }

    /// Sets POLLNVAL in those that were closed meanwhile, whatever the kernel said of the number.
    void mark_closed(std::span<pollfd> descriptors) const noexcept;

 private:
    void leave() noexcept;

    poll_table& table_;
    std::optional<waiter> me_;
    std::vector<place> places_;  // by entry
    bool holds_ = false;
};

}  // namespace grove::detail
