// SPDX-License-Identifier: MIT
#include "io/fd_transfer.hpp"
#include "io/fd_wait.hpp"
#include "io/tls_stream.hpp"

#include <grove/error.hpp>
#include <grove/socket.hpp>

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <stdexcept>

namespace grove {
namespace {

using detail::direction;

/// For one sendfile(2): others run between two of them.
constexpr std::uint64_t at_once = std::uint64_t{1} << 20;
/// For one read, where TLS needs the bytes here: as a record holds (RFC 8446 section 5.1).
constexpr std::size_t block = std::size_t{16} << 10;

[[noreturn]] void throw_too_short() {
    throw_error(EIO, "send", "file: it is shorter than it was");
}

std::size_t read_at(int file, char* into, std::size_t size, std::uint64_t offset) {
    for (;;) {
        const ssize_t n = ::pread(file, into, size, static_cast<off_t>(offset));
        if (n > 0) return static_cast<std::size_t>(n);
        if (n == 0) throw_too_short();
        if (errno != EINTR) throw_errno("pread");
    }
}

}  // namespace

std::size_t socket::try_write_some(std::string_view bytes) {
    if (tls_) throw std::logic_error("socket: try_write_some under TLS");
    while (!bytes.empty() && wait_->may_try(direction::write)) {
        const ssize_t n = ::send(wait_->fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n >= 0) {
            if (static_cast<std::size_t>(n) < bytes.size()) wait_->exhausted(direction::write);
            return static_cast<std::size_t>(n);
        }
        if (errno == EAGAIN) {
            wait_->exhausted(direction::write);
        } else if (errno != EINTR) {
            throw_errno("send");
        }
    }
    return 0;
}

void socket::send_file(int file, std::uint64_t offset, std::uint64_t length, deadline until) {
    if (tls_) {
        const auto bytes = std::make_unique<char[]>(block);
        while (length != 0) {
            const std::size_t size =
                static_cast<std::size_t>(std::min<std::uint64_t>(length, block));
            const std::size_t came = read_at(file, bytes.get(), size, offset);
            write_all(std::string_view(bytes.get(), came), until);
            offset += came;
            length -= came;
        }
        return;
    }
    constexpr std::size_t never_short = 0;  // a short one may also have met the end of the file
    auto at = static_cast<off_t>(offset);
    while (length != 0) {
        const auto size = static_cast<std::size_t>(std::min(length, at_once));
        const std::size_t sent =
            detail::try_or_wait(*wait_, direction::write, never_short, until, "sendfile", {},
                                [&] { return ::sendfile(wait_->fd(), file, &at, size); });
        if (sent == 0) throw_too_short();
        length -= sent;
    }
}

}  // namespace grove
