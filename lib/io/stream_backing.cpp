// SPDX-License-Identifier: MIT
#include "io/fd_transfer.hpp"
#include "io/file_backing.hpp"

#include <grove/thread_pool.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <utility>

namespace grove::detail {
namespace {

// By number: the functions of these names may be the patch library's, which wait.

short ready_now(int fd, short events) noexcept {
    pollfd one{.fd = fd, .events = events, .revents = 0};
    const timespec at_once{0, 0};
    const long n = ::syscall(SYS_ppoll, &one, 1UL, &at_once, nullptr, 0UL);
    return n > 0 ? one.revents : short{0};
}

ssize_t receive_now(int fd, std::span<std::byte> into) noexcept {
    return ::syscall(SYS_recvfrom, fd, into.data(), into.size(), MSG_DONTWAIT, nullptr, nullptr);
}

ssize_t send_now(int fd, std::span<const std::byte> bytes) noexcept {
    return ::syscall(SYS_sendto, fd, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                     nullptr, 0);
}

ssize_t fail_with(int error) noexcept {
    errno = error;
    return -1;
}

class stream_backing final : public file_backing {
 public:
    stream_backing(unique_fd fd, std::string name, stream_manner manner)
        : file_backing(std::move(name)),
          manner_(manner),
          wait_(fd.release(), is_ours(manner) ? blocking_flag::cleared : blocking_flag::untouched) {
    }

    [[nodiscard]] int fd() const noexcept override { return wait_.fd(); }

    std::size_t read(std::span<std::byte> into, deadline until) override;
    void write(std::span<const std::byte> bytes, deadline until) override;

    std::size_t read_at(std::uint64_t, std::span<std::byte>, deadline) override {
        throw_error(ESPIPE, "read", name());
    }

    void write_at(std::uint64_t, std::span<const std::byte>, deadline) override {
        throw_error(ESPIPE, "write", name());
    }

    [[nodiscard]] bool has_position() const noexcept override { return false; }

    [[nodiscard]] std::size_t piece() const noexcept override { return std::size_t{16} << 10; }

    [[nodiscard]] shared_fd share() const override;

    [[nodiscard]] int close() noexcept override {
        wait_.close();
        return 0;
    }

 private:
    static bool is_ours(stream_manner manner) noexcept {
        return manner == stream_manner::nonblocking || manner == stream_manner::awaiting_fifo;
    }

    ssize_t try_read(std::span<std::byte> into, deadline until);
    ssize_t try_write(std::span<const std::byte> bytes, deadline until);
    ssize_t read_by_thread(std::span<std::byte> into, deadline until);
    ssize_t write_by_thread(std::span<const std::byte> bytes, deadline until);

    stream_manner manner_;
    bool by_thread_ = false;  // the kernel knows no RWF_NOWAIT for what this is
    fd_wait wait_;
};

shared_fd stream_backing::share() const {
    unique_fd copy(::fcntl(fd(), F_DUPFD_CLOEXEC, 3));
    if (!copy) throw_errno("fcntl F_DUPFD_CLOEXEC", name());
    return std::make_shared<const unique_fd>(std::move(copy));
}

std::size_t stream_backing::read(std::span<std::byte> into, deadline until) {
    constexpr std::size_t may_be_short = 0;
    return try_or_wait(wait_, direction::read, may_be_short, until, "read", name(),
                       [&] { return try_read(into, until); });
}

void stream_backing::write(std::span<const std::byte> bytes, deadline until) {
    constexpr std::size_t may_be_short = 0;
    while (!bytes.empty()) {
        const std::size_t n = try_or_wait(wait_, direction::write, may_be_short, until, "write",
                                          name(), [&] { return try_write(bytes, until); });
        bytes = bytes.subspan(n);
    }
}

ssize_t stream_backing::try_read(std::span<std::byte> into, deadline until) {
    if (by_thread_) return read_by_thread(into, until);
    const iovec one{into.data(), into.size()};
    switch (manner_) {
        case stream_manner::dont_wait_call:
            return receive_now(fd(), into);
        case stream_manner::nowait_call: {
            const ssize_t n = ::preadv2(fd(), &one, 1, -1, RWF_NOWAIT);
            if (n >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS)) return n;
            by_thread_ = true;
            return read_by_thread(into, until);
        }
        default: {
            const ssize_t n = ::preadv2(fd(), &one, 1, -1, 0);
            if (n != 0 || manner_ != stream_manner::awaiting_fifo) return n;
            return (ready_now(fd(), POLLIN) & POLLHUP) != 0 ? 0 : fail_with(EAGAIN);
        }
    }
}

ssize_t stream_backing::try_write(std::span<const std::byte> bytes, deadline until) {
    if (by_thread_) return write_by_thread(bytes, until);
    switch (manner_) {
        case stream_manner::dont_wait_call:
            return send_now(fd(), bytes);
        case stream_manner::nowait_call: {
            const ssize_t n = write_quietly(fd(), bytes.data(), bytes.size(), RWF_NOWAIT);
            if (n >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS)) return n;
            by_thread_ = true;
            return write_by_thread(bytes, until);
        }
        default:
            return write_quietly(fd(), bytes.data(), bytes.size());
    }
}

/// Somebody who shares the stream may take what the kernel promised; then a thread of the pool
/// waits instead of the hub. Interrupted then: what comes next is lost.
ssize_t stream_backing::read_by_thread(std::span<std::byte> into, deadline until) {
    if (ready_now(fd(), POLLIN) == 0) return fail_with(EAGAIN);
    return static_cast<ssize_t>(read_in_pool(share(), std::nullopt, into, until, name()));
}

/// What is ready takes PIPE_BUF bytes, unless somebody else was faster. The thread has bytes of its
/// own: a stopped terminal may keep it for ever.
ssize_t stream_backing::write_by_thread(std::span<const std::byte> bytes, deadline until) {
    if (ready_now(fd(), POLLOUT) == 0) return fail_with(EAGAIN);
    const std::size_t size = std::min<std::size_t>(bytes.size(), PIPE_BUF);
    std::string own(reinterpret_cast<const char*>(bytes.data()), size);
    const auto told = thread_pool::shared().run(
        [to = share(), own = std::move(own)] {
            return tell_result([&] { return write_quietly(to->get(), own.data(), own.size()); });
        },
        until);
    if (!told) throw_late("write", name());
    return told->result < 0 ? fail_with(told->error) : told->result;
}

}  // namespace

std::unique_ptr<file_backing> make_stream_backing(unique_fd fd, std::string name,
                                                  stream_manner manner) {
    return std::make_unique<stream_backing>(std::move(fd), std::move(name), manner);
}

}  // namespace grove::detail
