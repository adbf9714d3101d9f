// SPDX-License-Identifier: MIT
#include "cmd/common/descriptors.hpp"

#include <grove/error.hpp>
#include <grove/event.hpp>
#include <grove/hub.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace grove::cmd {
namespace {

constexpr std::size_t usual_limit = 1024;

bool is_ready(int fd, short events) noexcept {
    pollfd one{fd, events, 0};
    return ::poll(&one, 1, 0) != 0;  // an error counts: the call itself will tell it
}

void wait_until_ready(int fd, short events, readiness interest) {
    if (is_ready(fd, events)) return;
    event ready;
    const watch until_ready = hub::current().watch_fd(
        fd, interest, [&](readiness) { ready.set(); }, keep_alive::yes);
    ready.wait();
}

}  // namespace

void wait_readable(int fd) {
    wait_until_ready(fd, POLLIN, readiness::read);
}

void wait_writable(int fd) {
    wait_until_ready(fd, POLLOUT, readiness::write);
}

std::size_t descriptor_limit() noexcept {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : usual_limit;
}

std::size_t raise_descriptor_limit() noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return usual_limit;
    if (limit.rlim_cur < limit.rlim_max) {
        const rlimit raised{limit.rlim_max, limit.rlim_max};
        if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    }
    return limit.rlim_cur;
}

// The table never shrinks, so it is enough that there was a descriptor so high.
void prepare_descriptor_table() noexcept {
    constexpr rlim_t most_runs = 4096;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    const rlimit raised{limit.rlim_max, limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) != 0) return;
    const auto size = static_cast<int>(std::min(most_runs, limit.rlim_max));
    const int highest = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, size - 1);
    if (highest >= 0) ::close(highest);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t read_some(int fd, char* into, std::size_t size, const std::string& what) {
    for (;;) {
        wait_readable(fd);
        const ssize_t n = ::read(fd, into, size);
        if (n >= 0) return static_cast<std::size_t>(n);
        if (errno != EINTR && errno != EAGAIN) throw_errno("read", what);
    }
}

}  // namespace grove::cmd
