// SPDX-License-Identifier: MIT
#include "io/file_opening.hpp"

#include <grove/error.hpp>
#include <grove/greenlet.hpp>
#include <grove/thread_pool.hpp>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace grove::detail {
namespace {

int flags_for(const open_options& options) {
    const bool writes = options.write || options.append;
    if (!options.read && !writes) throw std::invalid_argument("file: neither read nor written");
    if (options.truncate && !options.write)
        throw std::invalid_argument("file: truncate is for files that are written");
    if (options.exclusive && !options.create)
        throw std::invalid_argument("file: exclusive is for files that are created");
    int flags = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    flags |= !writes ? O_RDONLY : options.read ? O_RDWR : O_WRONLY;
    if (options.append) flags |= O_APPEND;
    if (options.create) flags |= O_CREAT;
    if (options.exclusive) flags |= O_EXCL;
    if (options.truncate) flags |= O_TRUNC;
    return flags;
}

/// Only if no disk has to be asked for the way. -1 with EAGAIN: one has, or the kernel is too old
/// to tell.
int open_cached(const std::string& path, int flags) noexcept {
    open_how how{};
    how.flags = static_cast<unsigned>(flags);
    how.resolve = RESOLVE_CACHED;
    const long fd = ::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how);
    if (fd < 0 && (errno == ENOSYS || errno == EINVAL || errno == EPERM)) errno = EAGAIN;
    return static_cast<int>(fd);
}

struct opened {
    unique_fd fd;
    int error = 0;
};

opened open_here(const std::string& path, int flags, mode_t mode) {
    const call_result told =
        tell_result([&]() -> ssize_t { return ::open(path.c_str(), flags, mode); });
    return {unique_fd(static_cast<int>(told.result)), told.error};
}

/// What creates or cuts is as a buffered write: done in place.
opened try_open(const std::string& path, int flags, mode_t mode, deadline until) {
    if ((flags & (O_CREAT | O_TRUNC)) != 0) return open_here(path, flags, mode);
    const call_result told = tell_result([&]() -> ssize_t { return open_cached(path, flags); });
    if (told.error != EAGAIN) return {unique_fd(static_cast<int>(told.result)), told.error};
    auto made = thread_pool::shared().run(
        [path, flags, mode] { return open_here(path, flags, mode); }, until);
    if (!made) throw_late("open", path);
    return std::move(*made);
}

bool is_fifo(const std::string& path) noexcept {
    struct stat about {};

    return ::stat(path.c_str(), &about) == 0 && S_ISFIFO(about.st_mode);
}

/// A FIFO without a reader cannot be opened for writing, and nobody tells when one comes.
unique_fd open_waiting(const std::string& path, int flags, mode_t mode, deadline until) {
    using std::chrono::milliseconds;
    constexpr milliseconds longest_pause{50};
    for (milliseconds pause{1};; pause = std::min(2 * pause, longest_pause)) {
        opened one = try_open(path, flags, mode, until);
        if (one.error == 0) return std::move(one.fd);
        if (one.error != ENXIO || !is_fifo(path)) throw_error(one.error, "open", path);
        if (until.expired()) throw_late("open", path);
        sleep_until(std::min(until, deadline(pause)));
    }
}

}  // namespace

std::unique_ptr<file_backing> open_backing(const std::string& path, const open_options& options,
                                           deadline until) {
    if (path.find('\0') != std::string::npos)
        throw std::invalid_argument("file: a NUL byte in `" + std::string(path.c_str()) + "`");
    unique_fd fd = open_waiting(path, flags_for(options), options.mode, until);

    struct stat about {};

    if (::fstat(fd.get(), &about) != 0) throw_errno("fstat", path);
    const bool reads_fifo = S_ISFIFO(about.st_mode) && options.read;
    if (S_ISFIFO(about.st_mode) || S_ISCHR(about.st_mode)) {
        unique_fd copy(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0));
        if (!copy) throw_errno("fcntl F_DUPFD_CLOEXEC", path);
        try {
            return make_stream_backing(
                std::move(copy), path,
                reads_fifo ? stream_manner::awaiting_fifo : stream_manner::nonblocking);
        } catch (const std::system_error& e) {
            if (e.code() != std::errc::operation_not_permitted) throw;  // a device without poll
        }
        // One that heeds the flag nevertheless would fail with EAGAIN.
        const int flags = ::fcntl(fd.get(), F_GETFL);
        ::fcntl(fd.get(), F_SETFL, flags & ~O_NONBLOCK);
    }
    return make_disk_backing(std::move(fd), path);
}

}  // namespace grove::detail
