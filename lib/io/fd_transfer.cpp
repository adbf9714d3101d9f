// SPDX-License-Identifier: MIT
#include "io/fd_transfer.hpp"

#include <sys/uio.h>

#include <csignal>
#include <ctime>

namespace grove::detail {
namespace {

/// Takes the SIGPIPE that a write raises: pipes have no MSG_NOSIGNAL, and a library cannot ask the
/// program to ignore it. One that was pending before stays.
class sigpipe_taken {
 public:
    sigpipe_taken() noexcept {
        sigset_t pending;
        sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        sigemptyset(&sigpipe_);
        sigaddset(&sigpipe_, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &sigpipe_, &former_);
    }

    sigpipe_taken(const sigpipe_taken&) = delete;
    sigpipe_taken& operator=(const sigpipe_taken&) = delete;

    ~sigpipe_taken() {
        const int saved = errno;
        if (saved == EPIPE && !was_pending_) {
            const timespec at_once{0, 0};
            while (sigtimedwait(&sigpipe_, nullptr, &at_once) < 0 && errno == EINTR) continue;
        }
        pthread_sigmask(SIG_SETMASK, &former_, nullptr);
        errno = saved;
    }

 private:
    sigset_t sigpipe_;
    sigset_t former_;
    bool was_pending_;
};

}  // namespace

ssize_t write_quietly(int fd, const void* bytes, std::size_t size, int flags) noexcept {
    errno = 0;
    const sigpipe_taken guard;
    const iovec one{const_cast<void*>(bytes), size};
    constexpr off_t at_its_position = -1;
    return ::pwritev2(fd, &one, 1, at_its_position, flags);
}

}  // namespace grove::detail
