// SPDX-License-Identifier: MIT
#include "patch/waiting.hpp"

#include <grove/detail/api.hpp>
#include <grove/select.hpp>

#include <sys/time.h>

#include <chrono>
#include <climits>
#include <span>
#include <vector>

/// `poll`, `select` and their kin.

namespace grove::detail {
namespace {

/// Null: never. A duration that libc refuses gives nothing.
std::optional<deadline> deadline_of(const timespec* timeout) noexcept {
    if (timeout == nullptr) return never;
    if (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= 1'000'000'000)
        return std::nullopt;
    return std::chrono::seconds(timeout->tv_sec) + std::chrono::nanoseconds(timeout->tv_nsec);
}

int poll_and_wait(pollfd* descriptors, nfds_t count, deadline until) {
    const int before = errno;
    int ready = 0;
    const int error = error_of([&] { ready = grove::poll(std::span(descriptors, count), until); });
    errno = error == 0 ? before : error;
    return error == 0 ? ready : -1;
}

/// A set of `select` as the kernel reads it: words of bits, however many, where glibc's macros
/// stop at 1024.
class bit_set {
 public:
    bit_set(fd_set* set, int count) noexcept
        : words_(reinterpret_cast<unsigned long*>(set)), count_(count) {}

    [[nodiscard]] std::vector<int> members() const {
        std::vector<int> found;
        for (int fd = 0; words_ != nullptr && fd < count_; ++fd) {
            if ((word(fd) & bit(fd)) != 0) found.push_back(fd);
        }
        return found;
    }

    int replace(const std::vector<int>& by) noexcept {
        if (words_ == nullptr) return 0;
        for (int fd = 0; fd < count_; ++fd) word(fd) &= ~bit(fd);
        for (const int fd : by) word(fd) |= bit(fd);
        return static_cast<int>(by.size());
    }

 private:
    static constexpr int width = sizeof(unsigned long) * CHAR_BIT;

    [[nodiscard]] unsigned long& word(int fd) const noexcept { return words_[fd / width]; }

    [[nodiscard]] static unsigned long bit(int fd) noexcept { return 1UL << (fd % width); }

    unsigned long* words_;
    int count_;
};

int select_and_wait(int count, fd_set* read, fd_set* write, fd_set* urgent, deadline until) {
    const int before = errno;
    bit_set reads(read, count);
    bit_set writes(write, count);
    bit_set urgents(urgent, count);
    selection found;
    const int error = error_of([&] {
        found = grove::select(reads.members(), writes.members(), urgents.members(), until);
    });
    if (error != 0) return fail_with(error);
    errno = before;
    return reads.replace(found.read) + writes.replace(found.write) + urgents.replace(found.urgent);
}

}  // namespace
}  // namespace grove::detail

using grove::deadline;
using grove::detail::libc;
using grove::detail::may_wait;

extern "C" {

GROVE_API int poll(pollfd* descriptors, nfds_t count, int timeout) {
    if (!may_wait()) return libc().poll(descriptors, count, timeout);
    const deadline until =
        timeout < 0 ? grove::never : deadline(std::chrono::milliseconds(timeout));
    return grove::detail::poll_and_wait(descriptors, count, until);
}

GROVE_API int ppoll(pollfd* descriptors, nfds_t count, const timespec* timeout,
                    const sigset_t* mask) {
    const auto until = grove::detail::deadline_of(timeout);
    if (!may_wait() || mask != nullptr || !until)
        return libc().ppoll(descriptors, count, timeout, mask);
    return grove::detail::poll_and_wait(descriptors, count, *until);
}

/// As Linux does, and as programs rely on: what is left of the time is written back.
GROVE_API int select(int count, fd_set* read, fd_set* write, fd_set* urgent, timeval* timeout) {
    timespec limit{};
    if (timeout != nullptr) limit = {timeout->tv_sec, timeout->tv_usec * 1000};
    const auto until = grove::detail::deadline_of(timeout == nullptr ? nullptr : &limit);
    if (!may_wait() || count < 0 || !until)
        return libc().select(count, read, write, urgent, timeout);
    const int ready = grove::detail::select_and_wait(count, read, write, urgent, *until);
    if (timeout != nullptr) {
        const auto left = std::chrono::duration_cast<std::chrono::microseconds>(until->remaining());
        timeout->tv_sec = left.count() / 1'000'000;
        timeout->tv_usec = left.count() % 1'000'000;
    }
    return ready;
}

GROVE_API int pselect(int count, fd_set* read, fd_set* write, fd_set* urgent,
                      const timespec* timeout, const sigset_t* mask) {
    const auto until = grove::detail::deadline_of(timeout);
    if (!may_wait() || count < 0 || mask != nullptr || !until)
        return libc().pselect(count, read, write, urgent, timeout, mask);
    return grove::detail::select_and_wait(count, read, write, urgent, *until);
}

GROVE_API int __poll_chk(pollfd* descriptors, nfds_t count, int timeout, size_t room) {
    if (room / sizeof(pollfd) < count) __chk_fail();
    return ::poll(descriptors, count, timeout);
}

GROVE_API int __ppoll_chk(pollfd* descriptors, nfds_t count, const timespec* timeout,
                          const sigset_t* mask, size_t room) {
    if (room / sizeof(pollfd) < count) __chk_fail();
    return ::ppoll(descriptors, count, timeout, mask);
}

}  // extern "C"
