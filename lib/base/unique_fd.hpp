// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <utility>

namespace grove::detail {

/// Owns one descriptor and closes it once. It knows no hub: a descriptor that the hub watches must
/// be forgotten there before it is closed (a closed number is reused at once by the kernel).
class unique_fd {
 public:
    unique_fd() = default;

    explicit unique_fd(int fd) noexcept : fd_(fd) {}

    unique_fd(unique_fd&& other) noexcept : fd_(other.release()) {}

    unique_fd& operator=(unique_fd&& other) noexcept {
        reset(other.release());
        return *this;
    }

    ~unique_fd() { reset(); }

    [[nodiscard]] int get() const noexcept { return fd_; }

    [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }

    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

    void reset(int fd = -1) noexcept {
        if (fd_ >= 0) ::close(fd_);  // no retry on EINTR: Linux has released the number already
        fd_ = fd;
    }

 private:
    int fd_ = -1;
};

}  // namespace grove::detail
