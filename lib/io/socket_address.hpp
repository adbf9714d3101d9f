// SPDX-License-Identifier: MIT
#pragma once

#include <grove/endpoint.hpp>
#include <grove/error.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstddef>

namespace grove::detail {

/// An endpoint as the kernel takes and gives it.
class socket_address {
 public:
    /// Room for an answer of getsockname(2) and its like.
    socket_address() : size_(sizeof storage_) {}

    explicit socket_address(const endpoint& of);

    [[nodiscard]] sockaddr* raw() noexcept { return reinterpret_cast<sockaddr*>(&storage_); }

    [[nodiscard]] const sockaddr* raw() const noexcept {
        return reinterpret_cast<const sockaddr*>(&storage_);
    }

    [[nodiscard]] socklen_t* size() noexcept { return &size_; }

    [[nodiscard]] socklen_t length() const noexcept { return size_; }

    [[nodiscard]] int family() const noexcept { return storage_.ss_family; }

    [[nodiscard]] endpoint decoded() const;

    /// What getsockname(2) or getpeername(2) answers.
    template <class Call>
    [[nodiscard]] static endpoint of_call(Call call, int fd, const char* name) {
        socket_address address;
        if (call(fd, address.raw(), address.size()) != 0) throw_errno(name);
        return address.decoded();
    }

 private:
    template <class Raw>
    [[nodiscard]] Raw& as() noexcept {
        return reinterpret_cast<Raw&>(storage_);
    }

    template <class Raw>
    [[nodiscard]] const Raw& as() const noexcept {
        return reinterpret_cast<const Raw&>(storage_);
    }

    sockaddr_storage storage_{};
    socklen_t size_;
};

}  // namespace grove::detail
