// SPDX-License-Identifier: MIT
#include "tests/support/http_script.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace grove_test {
namespace {

constexpr std::size_t most_connections = 512;

int listen_on_loopback() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
        throw std::runtime_error("bind failed");
    return fd;
}

int listen_on_path(const std::string& path) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path.copy(at.sun_path, sizeof at.sun_path - 1);
    ::unlink(path.c_str());
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
        throw std::runtime_error("bind failed: " + path);
    return fd;
}

std::uint16_t port_of(int fd) {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size);
    return ntohs(at.sin_port);
}

}  // namespace

std::string http_request::header(std::string_view name) const {
    for (std::size_t at = head.find("\r\n"); at != std::string::npos; at = head.find("\r\n", at)) {
        at += 2;
        const std::string_view line = std::string_view(head).substr(at, head.find("\r\n", at) - at);
        if (line.size() <= name.size() || line[name.size()] != ':') continue;
        if (::strncasecmp(line.data(), name.data(), name.size()) != 0) continue;
        const std::size_t value = line.find_first_not_of(' ', name.size() + 1);
        return value == std::string_view::npos ? "" : std::string(line.substr(value));
    }
    return {};
}

std::optional<http_request> http_connection::next() {
    http_request got;
    std::size_t need = 0;
    for (;;) {
        if (const std::size_t end = read_.find("\r\n\r\n"); end != std::string::npos) {
            got.head = read_.substr(0, end + 2);
            const std::string length = got.header("Content-Length");
            need = end + 4 + (length.empty() ? 0 : std::stoul(length));
            if (read_.size() >= need) {
                got.body = read_.substr(end + 4, need - end - 4);
                break;
            }
        }
        std::array<char, 16384> piece{};
        const ssize_t n = ::recv(fd_, piece.data(), piece.size(), 0);
        if (n <= 0) return std::nullopt;
        read_.append(piece.data(), static_cast<std::size_t>(n));
    }
    read_.erase(0, need);
    const std::size_t method = got.head.find(' ');
    got.method = got.head.substr(0, method);
    got.target = got.head.substr(method + 1, got.head.find(' ', method + 1) - method - 1);
    return got;
}

bool http_connection::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
}

bool http_connection::answer(std::string_view body, std::string_view status,
                             std::string_view headers) {
    std::string all = "HTTP/1.1 ";
    all.append(status).append("\r\n").append(headers);
    all += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    all.append(body);
    return send(all);
}

void http_connection::reset() {
    const linger now{1, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    // The descriptor stays the server's to close: connecting it to nowhere sends the RST now.
    sockaddr none{};
    none.sa_family = AF_UNSPEC;
    ::connect(fd_, &none, sizeof none);
}

bool http_connection::wait_for_close() {
    std::array<char, 4096> piece{};
    for (;;) {
        const ssize_t n = ::recv(fd_, piece.data(), piece.size(), 0);
        if (n == 0) return true;
        if (n < 0) return errno != EAGAIN;
    }
}

std::size_t http_connection::fill(std::size_t limit) {
    constexpr int quiet_ms = 300;
    const std::string piece(16384, 'x');
    std::size_t sent = 0;
    while (sent < limit) {
        pollfd at{fd_, POLLOUT, 0};
        if (::poll(&at, 1, quiet_ms) <= 0) break;
        const std::size_t size = std::min(piece.size(), limit - sent);
        const ssize_t n = ::send(fd_, piece.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n <= 0) break;
        sent += static_cast<std::size_t>(n);
    }
    return sent;
}

http_script::http_script(script each_connection, const std::string& unix_path)
    : script_(std::move(each_connection)), unix_path_(unix_path) {
    listener_ = unix_path.empty() ? listen_on_loopback() : listen_on_path(unix_path);
    if (unix_path.empty()) port_ = port_of(listener_);
    if (::listen(listener_, static_cast<int>(most_connections)) != 0)
        throw std::runtime_error("listen failed");
    acceptor_ = std::thread([this] { serve(); });
}

http_script::~http_script() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    for (std::thread& t : threads_) t.join();
    for (const int fd : open_) ::close(fd);
    if (!unix_path_.empty()) ::unlink(unix_path_.c_str());
}

std::string http_script::url(std::string_view path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

std::size_t http_script::connections() const {
    const std::lock_guard hold(mutex_);
    return open_.size();
}

void http_script::serve() {
    for (;;) {
        const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd < 0) return;
        const timeval limit{20, 0};
        ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        const std::lock_guard hold(mutex_);
        open_.push_back(fd);
        if (open_.size() > most_connections) {
            ::shutdown(fd, SHUT_RDWR);
            continue;
        }
        threads_.emplace_back([this, fd] {
            http_connection to(fd);
            script_(to);
            ::shutdown(fd, SHUT_RDWR);
        });
    }
}

http_script::script each_request(std::function<void(http_connection&, const http_request&)> reply) {
    return [reply = std::move(reply)](http_connection& to) {
        while (const auto request = to.next()) reply(to, *request);
    };
}

std::uint16_t unused_port() {
    const int fd = listen_on_loopback();
    const std::uint16_t port = port_of(fd);
    ::close(fd);
    return port;
}

}  // namespace grove_test
