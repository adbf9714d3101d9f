// SPDX-License-Identifier: MIT
#include "io/file_core.hpp"

#include <grove/error.hpp>
#include <grove/hub.hpp>
#include <grove/standard_streams.hpp>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <utility>

namespace grove {
namespace detail {
namespace {

constexpr std::array<const char*, 3> names{"standard input", "standard output", "standard error"};

unique_fd copy_of(int number) {
    unique_fd copy(::fcntl(number, F_DUPFD_CLOEXEC, 3));
    if (!copy) throw_errno("fcntl F_DUPFD_CLOEXEC", names.at(static_cast<std::size_t>(number)));
    return copy;
}

/// The master of a pseudo-terminal opened again would be another pair.
bool is_terminal_proper(int fd) noexcept {
    unsigned pair = 0;
    return ::isatty(fd) == 1 && ::ioctl(fd, TIOCGPTN, &pair) != 0;
}

/// The same pipe or terminal with an open file, and so with flags, of its own.
/// Result: nothing where that is refused: without /proc, to another user, or (ENXIO) to a writer of
/// a pipe that nobody reads.
unique_fd opened_again(int number) {
    const int access = ::fcntl(number, F_GETFL) & O_ACCMODE;
    const std::string path = "/proc/self/fd/" + std::to_string(number);
    return unique_fd(::open(path.c_str(), access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

std::unique_ptr<file_backing> backing_of(int number) {
    const char* const name = names.at(static_cast<std::size_t>(number));

    struct stat about {};

    if (::fstat(number, &about) != 0) throw_errno("open", name);
    // Not open when the program began, and taken since: a hub's epoll has no type.
    if ((about.st_mode & S_IFMT) == 0) throw_error(EBADF, "open", name);
    if (S_ISSOCK(about.st_mode))
        return make_stream_backing(copy_of(number), name, stream_manner::dont_wait_call);
    if (S_ISFIFO(about.st_mode) || (S_ISCHR(about.st_mode) && is_terminal_proper(number))) {
        unique_fd ours = opened_again(number);
        if (ours) return make_stream_backing(std::move(ours), name, stream_manner::nonblocking);
    }
    try {
        return make_stream_backing(copy_of(number), name, stream_manner::nowait_call);
    } catch (const std::system_error& e) {
        if (e.code() != std::errc::operation_not_permitted) throw;
    }
    return make_disk_backing(copy_of(number), name);
}

}  // namespace

/// A hub's three.
class standard_streams final : public hub_service {
 public:
    explicit standard_streams(hub&) noexcept {}

    file& of(int number) {
        std::optional<file>& place = files_.at(static_cast<std::size_t>(number));
        if (!place) place = file(std::make_unique<file_core>(backing_of(number)));
        return *place;
    }

 private:
    std::array<std::optional<file>, 3> files_;
};

namespace {

file& stream_of_hub(int number) {
    return hub::current().service<standard_streams>().of(number);
}

}  // namespace
}  // namespace detail

file& standard_input() {
    return detail::stream_of_hub(0);
}

file& standard_output() {
    return detail::stream_of_hub(1);
}

file& standard_error() {
    return detail::stream_of_hub(2);
}

}  // namespace grove
