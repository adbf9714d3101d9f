// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

/// An HTTP/1.1 server on 127.0.0.1 or a Unix socket that does what a test tells it to, byte by
/// byte. A thread with blocking sockets for each connection, joined by the destructor.

namespace grove_test {

struct http_request {
    std::string method;
    std::string target;
    std::string head;  ///< all of it
    std::string body;

    /// The header's value; empty when it was not sent.
    [[nodiscard]] std::string header(std::string_view name) const;
};

/// An accepted connection, on its thread. Nothing here waits for more than 20 s.
class http_connection {
 public:
    explicit http_connection(int fd) : fd_(fd) {}

    /// Nothing: the client has closed.
    std::optional<http_request> next();
    /// Result: false when the client has gone.
    bool send(std::string_view bytes);
    /// A whole answer with its length.
    bool answer(std::string_view body, std::string_view status = "200 OK",
                std::string_view headers = {});
    /// Ends with RST.
    void reset();
    /// Result: true when the client closed, false after 20 s.
    bool wait_for_close();
    /// Bytes that the client accepts until it takes no more for 300 ms; at most `limit`.
    std::size_t fill(std::size_t limit);

 private:
    int fd_;
    std::string read_;
};

class http_script {
 public:
    using script = std::function<void(http_connection&)>;

    /// `unix_path`: listen there instead.
    explicit http_script(script each_connection, const std::string& unix_path = {});
    http_script(const http_script&) = delete;
    http_script& operator=(const http_script&) = delete;
    /// Shuts all connections down.
    ~http_script();

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    /// `http://127.0.0.1:PORT` and `path`.
    [[nodiscard]] std::string url(std::string_view path = "/") const;
    [[nodiscard]] std::size_t connections() const;

 private:
    void serve();

    script script_;
    std::string unix_path_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    std::vector<int> open_;             // guarded by mutex_
    std::vector<std::thread> threads_;  // guarded by mutex_
    std::thread acceptor_;
};

/// Answers each request of each connection.
http_script::script each_request(std::function<void(http_connection&, const http_request&)> reply);

/// A port of 127.0.0.1 where nobody listens.
std::uint16_t unused_port();

}  // namespace grove_test
