// SPDX-License-Identifier: MIT
#pragma once

#include "base/unique_fd.hpp"

#include <grove/hub.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

/// Which descriptors somebody wants to hear of. Each is registered once for its life; every
/// registration has a generation, so that an event of a closed descriptor never reaches the one
/// that got its number. A descriptor that was closed behind our back and came again is taken over
/// (the kernel's EEXIST becomes a modification).
/// Threads: a poller belongs to one hub.

namespace grove::detail {

/// Somebody who is told. Lives until it is detached.
class fd_watcher {
 public:
    /// Runs on the hub. An error or hang-up counts as ready for both.
    using callback = void (*)(fd_watcher&, readiness) noexcept;

    explicit fd_watcher(callback when_ready) noexcept : ready(when_ready) {}

    fd_watcher(const fd_watcher&) = delete;
    fd_watcher& operator=(const fd_watcher&) = delete;

    callback ready;
};

/// Edge: told once when the descriptor becomes ready, urgent data counting as read. Level: told at
/// each look while it is.
enum class trigger : std::uint8_t { edge, level };

class poller {
 public:
    /// Throws `std::system_error` when there is no descriptor left.
    poller();

    /// Throws `std::system_error`: EPERM for a regular file, ENOSPC past the user's limit of
    /// watches,
    /// EBADF.
    void attach(int fd, fd_watcher& watcher, readiness interest, trigger kind);
    /// Another interest for an attached descriptor.
    void modify(int fd, readiness interest, trigger kind);
    /// Forgets it. Call it before the descriptor is closed; does nothing for one that is not
    /// attached.
    void detach(int fd) noexcept;

    /// Waits for at most `timeout` nanoseconds (negative: without end) and tells the watchers.
    /// A signal ends the wait early.
    void wait(std::int64_t timeout) noexcept;

    [[nodiscard]] std::size_t attached() const noexcept { return attached_; }

    /// Readable while `wait` has something to tell: a poller can be watched by another.
    [[nodiscard]] int descriptor() const noexcept { return epoll_.get(); }

 private:
    struct entry {
        fd_watcher* watcher = nullptr;
        std::uint32_t generation = 0;
    };

    void control(int operation, int fd, readiness interest, trigger kind);

    unique_fd epoll_;
    std::vector<entry> entries_;  // by descriptor
    std::size_t attached_ = 0;
};

}  // namespace grove::detail
