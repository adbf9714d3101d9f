// SPDX-License-Identifier: MIT
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <cstddef>

/// The rule of what a file's calls may do in place and what goes to the thread pool. A call in the
/// page cache costs less than a thread's hop; a disk, a network file system or a throttled one may
/// keep the hub standing for seconds.

namespace grove::detail {

/// A file system as far as its calls' time is concerned; one a device number, for the process.
class disk_device {
 public:
    /// The most that one call writes in place.
    static constexpr std::size_t most_in_place = std::size_t{1} << 20;
    /// The most that one call writes, and reads, in the pool.
    static constexpr std::size_t most_written = std::size_t{8} << 20;
    static constexpr std::size_t most_read = std::size_t{1} << 20;
    /// A write that took longer makes its device a slow one, for good.
    static constexpr std::chrono::milliseconds too_long{5};

    explicit disk_device(bool in_memory) noexcept : in_memory_(in_memory) {}

    /// That of an open file. Threads: any.
    [[nodiscard]] static disk_device& of(int fd, const struct stat& about);

    /// Its reads never wait for a disk: proc, sysfs, tmpfs.
    [[nodiscard]] bool in_memory() const noexcept { return in_memory_; }

    [[nodiscard]] bool writes_in_place(std::size_t size) const noexcept {
        return size <= most_in_place && !slow_.load(std::memory_order_relaxed);
    }

    /// A write in place has taken so long.
    void took(std::chrono::nanoseconds time) noexcept {
        if (time > too_long) slow_.store(true, std::memory_order_relaxed);
    }

 private:
    const bool in_memory_;
    std::atomic<bool> slow_{false};
};

}  // namespace grove::detail
