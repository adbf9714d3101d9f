// SPDX-License-Identifier: MIT
#pragma once

#include <zmq.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>

/// The end of a connection that both contestants have: a thread on libzmq's own blocking calls.

namespace measure {

constexpr std::size_t message_size = 100;

inline void must(bool good) {
    if (!good) std::abort();
}

class other_end {
 public:
    /// Pushes `count` messages.
    static std::thread push(const std::string& to, std::uint64_t count) {
        return std::thread([to, count] {
            const other_end end(ZMQ_PUSH, to);
            const std::string text(message_size, 'x');
            for (std::uint64_t i = 0; i < count; ++i)
                must(zmq_send(end.socket_, text.data(), text.size(), 0) >= 0);
        });
    }

    /// Answers `count` questions with themselves.
    static std::thread answer(const std::string& to, std::uint64_t count) {
        return std::thread([to, count] {
            const other_end end(ZMQ_REP, to);
            char text[message_size];
            for (std::uint64_t i = 0; i < count; ++i) {
                must(zmq_recv(end.socket_, text, sizeof text, 0) >= 0);
                must(zmq_send(end.socket_, text, sizeof text, 0) >= 0);
            }
        });
    }

    other_end(const other_end&) = delete;
    other_end& operator=(const other_end&) = delete;

    ~other_end() {
        zmq_close(socket_);
        zmq_ctx_term(context_);
    }

 private:
    other_end(int type, const std::string& to)
        : context_(zmq_ctx_new()), socket_(zmq_socket(context_, type)) {
        must(zmq_connect(socket_, to.c_str()) == 0);
    }

    void* context_;
    void* socket_;
};

}  // namespace measure
