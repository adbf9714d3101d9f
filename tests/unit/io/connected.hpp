// SPDX-License-Identifier: MIT
#pragma once

#include <grove/endpoint.hpp>
#include <grove/error.hpp>
#include <grove/greenlet.hpp>
#include <grove/socket.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

/// What the tests of sockets share.

namespace grove_test {

/// A file name of its own, gone with the object.
class scratch_path {
 public:
    scratch_path() { ::unlink(text_.c_str()); }

    scratch_path(const scratch_path&) = delete;
    scratch_path& operator=(const scratch_path&) = delete;

    ~scratch_path() { ::unlink(text_.c_str()); }

    [[nodiscard]] const std::string& text() const { return text_; }

 private:
    std::string text_ = "/tmp/grove_socket_" + std::to_string(::getpid());
};

struct connected {
    grove::socket client;
    grove::socket server;
};

inline grove::endpoint loopback(const std::string& text = "127.0.0.1:0") {
    return grove::endpoint::parse(text).value();
}

/// The system's own bound for what is written and not yet read may be large, and it grows.
inline connected with_bounded_buffers(connected ends) {
    const int bound = 256 << 10;
    for (const grove::socket* end : {&ends.client, &ends.server}) {
        if (::setsockopt(end->fd(), SOL_SOCKET, SO_SNDBUF, &bound, sizeof bound) != 0)
            grove::throw_errno("setsockopt");
    }
    return ends;
}

inline connected connect_through(grove::listener& door) {
    grove::socket client = grove::socket::connect(door.local());
    return with_bounded_buffers({std::move(client), door.accept()});
}

/// Two ends of a TCP connection.
inline connected tcp_pair() {
    grove::listener door(loopback());
    return connect_through(door);
}

/// Two ends of a Unix connection.
inline connected unix_pair() {
    auto [one, other] = grove::socket::pair();
    return with_bounded_buffers({std::move(one), std::move(other)});
}

/// Runs all others until they are parked.
template <class R>
void let_it_park(const grove::greenlet<R>& waiting) {
    grove::idle();
    if (waiting.ready()) throw std::logic_error("the greenlet has ended instead of waiting");
}

/// What is read at once, as text.
inline std::string read_text(grove::socket& from, grove::deadline until = grove::never) {
    std::string got(256, '\0');
    got.resize(from.read_some(std::span(got), until));
    return got;
}

inline std::string read_to_end(grove::socket& from) {
    std::string all;
    for (std::string piece; !(piece = read_text(from)).empty();) all += piece;
    return all;
}

/// Bytes that tell where they were in the stream.
inline std::string pattern(std::size_t size) {
    std::string made(size, '\0');
    std::uint32_t state = 1;
    for (char& c : made) c = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24);
    return made;
}

/// The code of the `std::system_error` that `f` throws; no error when it throws none.
template <class F>
std::error_code failure(F f) {
    try {
        f();
    } catch (const std::system_error& e) {
        return e.code();
    }
    return {};
}

/// What that error says.
template <class F>
std::string complaint(F f) {
    try {
        f();
    } catch (const std::system_error& e) {
        return e.what();
    }
    return {};
}

}  // namespace grove_test
