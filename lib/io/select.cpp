// SPDX-License-Identifier: MIT
#include "io/poll_table.hpp"

#include <grove/error.hpp>
#include <grove/greenlet.hpp>
#include <grove/hub.hpp>
#include <grove/select.hpp>

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

namespace grove {

using detail::outcome;
using detail::poll_table;

namespace {

constexpr short read_events = POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR;
constexpr short write_events = POLLOUT | POLLWRNORM | POLLWRBAND | POLLHUP | POLLERR;

/// What the kernel says now. By number, for `::poll` may be the patch library's, which calls us.
int ask(std::span<pollfd> descriptors) {
    const timespec at_once{0, 0};
    for (;;) {
        const auto n = static_cast<int>(::syscall(SYS_ppoll, descriptors.data(), descriptors.size(),
                                                  &at_once, nullptr, std::size_t{0}));
        if (n >= 0) return n;
        if (errno != EINTR) throw_errno("poll");
    }
}

int count_of_told(std::span<const pollfd> descriptors) {
    return static_cast<int>(
        std::ranges::count_if(descriptors, [](const pollfd& one) { return one.revents != 0; }));
}

[[noreturn]] void throw_not_open(const char* call, int fd) {
    throw_error(EBADF, call, "descriptor " + std::to_string(fd));
}

bool wait_for(int fd, short events, deadline until, const char* call) {
    if (fd < 0) throw_not_open(call, fd);
    pollfd one{.fd = fd, .events = events, .revents = 0};
    if (poll({&one, 1}, until) == 0) return false;
    if ((one.revents & POLLNVAL) != 0) throw_not_open(call, fd);
    return true;
}

/// Those of `asked` that have one of `events` in their entries, which begin at `entry`.
std::vector<int> found_in(const std::vector<int>& asked, const pollfd* entry, short events) {
    std::vector<int> found;
    for (const int fd : asked) {
        if ((entry++->revents & events) != 0) found.push_back(fd);
    }
    return found;
}

}  // namespace

int poll(std::span<pollfd> descriptors, deadline until) {
    int ready = ask(descriptors);
    if (ready != 0 || until.expired()) {
        yield();
        ready = ask(descriptors);
        if (ready != 0 || until.expired()) return ready;
    }
    auto& table = hub::current().service<poll_table>();
    poll_table::wait stay(table, descriptors);
    for (;;) {
        const outcome ended = stay.park(until);
        ask(descriptors);
        stay.mark_closed(descriptors);
        ready = count_of_told(descriptors);
        if (ready != 0 || ended == outcome::deadline) return ready;
    }
}

selection select(const std::vector<int>& read, const std::vector<int>& write,
                 const std::vector<int>& urgent, deadline until) {
    std::vector<pollfd> all;
    all.reserve(read.size() + write.size() + urgent.size());
    for (const int fd : read) all.push_back({.fd = fd, .events = POLLIN, .revents = 0});
    for (const int fd : write) all.push_back({.fd = fd, .events = POLLOUT, .revents = 0});
    for (const int fd : urgent) all.push_back({.fd = fd, .events = POLLPRI, .revents = 0});
    const auto negative = std::ranges::find_if(all, [](const pollfd& one) { return one.fd < 0; });
    if (negative != all.end()) throw_not_open("select", negative->fd);
    for (;;) {
        const bool late = poll(all, until) == 0;
        for (const pollfd& one : all) {
            if ((one.revents & POLLNVAL) != 0) throw_not_open("select", one.fd);
        }
        selection found{found_in(read, all.data(), read_events),
                        found_in(write, all.data() + read.size(), write_events),
                        found_in(urgent, all.data() + read.size() + write.size(), POLLPRI)};
        if (late || !found.empty()) return found;
        // Left: one that has hung up and was asked for urgent data alone, which it may never have.
        for (pollfd& one : all) {
            if (one.revents != 0) one.fd = -1;
        }
    }
}

bool wait_read(int fd, deadline until) {
    return wait_for(fd, POLLIN, until, "wait_read");
}

bool wait_write(int fd, deadline until) {
    return wait_for(fd, POLLOUT, until, "wait_write");
}

}  // namespace grove
