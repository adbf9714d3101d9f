// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/gate.hpp"
#include "tests/support/http_script.hpp"

#include <grove/http_client.hpp>
#include <grove/thread_pool.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the tests of the HTTP client share.

namespace grove_test {

/// What servers were asked, in the order it came. Threads: any.
class request_log {
 public:
    void add(const http_request& request) {
        const std::lock_guard hold(mutex_);
        requests_.push_back(request);
    }

    [[nodiscard]] std::vector<http_request> all() const {
        const std::lock_guard hold(mutex_);
        return requests_;
    }

    /// Throws: `std::out_of_range` when fewer came.
    [[nodiscard]] http_request at(std::size_t index) const { return all().at(index); }

    [[nodiscard]] std::size_t size() const { return all().size(); }

 private:
    mutable std::mutex mutex_;
    std::vector<http_request> requests_;
};

/// Keeps each request in `log` before it is answered.
inline http_script::script logged(
    request_log& log, std::function<void(http_connection&, const http_request&)> reply) {
    return each_request(
        [&log, reply = std::move(reply)](http_connection& to, const http_request& request) {
            log.add(request);
            reply(to, request);
        });
}

inline http_script::script logged(request_log& log) {
    return logged(
        log, [](http_connection& to, const http_request& request) { to.answer(request.body); });
}

/// The greenlet waits; the thread that blocks is another.
inline bool await(gate& opened) {
    grove::thread_pool watcher(1);
    return watcher.run([&] { return opened.wait(); }).value();
}

/// An answer whose other half does not come.
constexpr std::string_view half_a_body = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello";

/// Sends `bytes`, opens `sent` and waits for the client to leave.
inline http_script::script stopping_after(std::string_view bytes, gate& sent, gate& left) {
    return [&sent, &left, bytes](http_connection& to) {
        (void)to.next();
        to.send(bytes);
        sent.open();
        if (to.wait_for_close()) left.open();
    };
}

/// Its queue of connections is full, so that one more gets no answer to its SYN.
class silent_listener {
 public:
    silent_listener() : port_(grove_test::unused_port()) {
        fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in at = address();
        if (::bind(fd_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
            throw std::runtime_error("listening failed");
        if (::listen(fd_, 0) != 0) throw std::runtime_error("listening failed");
        for (int& filler : fillers_) {
            filler = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
            (void)::connect(filler, reinterpret_cast<const sockaddr*>(&at), sizeof at);
        }
    }

    silent_listener(const silent_listener&) = delete;
    silent_listener& operator=(const silent_listener&) = delete;

    ~silent_listener() {
        for (const int filler : fillers_) ::close(filler);
        ::close(fd_);
    }

    [[nodiscard]] std::string url() const {
        return "http://127.0.0.1:" + std::to_string(port_) + '/';
    }

 private:
    [[nodiscard]] sockaddr_in address() const {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(port_);
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return at;
    }

    std::uint16_t port_;
    int fd_ = -1;
    std::array<int, 4> fillers_{};
};

/// How a request ended; nothing: with an answer.
inline std::optional<grove::http::error_kind> failure(grove::http::client& web,
                                                      const grove::http::request& what,
                                                      grove::deadline until = grove::never) {
    try {
        (void)web.send(what, until);
    } catch (const grove::http::error& e) {
        return e.kind();
    }
    return std::nullopt;
}

/// Keeps what it gets, and asks the test what it wants.
class scripted_sink : public grove::http::body_sink {
 public:
    using action = grove::http::flow::action;

    grove::http::flow on_head(const grove::http::answer_head& head) override {
        ++heads;
        return at_head ? at_head(head) : grove::http::flow{};
    }

    grove::http::flow on_body(std::string_view piece) override {
        ++calls;
        const grove::http::flow wish = at_body ? at_body(piece) : grove::http::flow{};
        if (wish.what == action::go_on) body += piece;
        return wish;
    }

    std::function<grove::http::flow(const grove::http::answer_head&)> at_head;
    std::function<grove::http::flow(std::string_view)> at_body;
    std::size_t heads = 0;
    std::size_t calls = 0;  ///< of `on_body`
    std::string body;       ///< of the pieces that were taken
};

}  // namespace grove_test
