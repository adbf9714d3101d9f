// SPDX-License-Identifier: MIT
#include "runtime/workload.hpp"
#include "zmq/other_end.hpp"

// The same on libzmq's blocking calls.

namespace {

using measure::must;

class bound_socket {
 public:
    explicit bound_socket(int type) : context_(zmq_ctx_new()), socket_(zmq_socket(context_, type)) {
        must(zmq_bind(socket_, "tcp://127.0.0.1:*") == 0);
    }

    bound_socket(const bound_socket&) = delete;
    bound_socket& operator=(const bound_socket&) = delete;

    ~bound_socket() {
        zmq_close(socket_);
        zmq_ctx_term(context_);
    }

    [[nodiscard]] std::string endpoint() const {
        char text[256];
        std::size_t size = sizeof text;
        must(zmq_getsockopt(socket_, ZMQ_LAST_ENDPOINT, text, &size) == 0);
        return text;
    }

    void send(const std::string& text) const {
        must(zmq_send(socket_, text.data(), text.size(), 0) >= 0);
    }

    void receive() const {
        zmq_msg_t message;
        zmq_msg_init(&message);
        must(zmq_msg_recv(&message, socket_, 0) == static_cast<int>(measure::message_size));
        zmq_msg_close(&message);
    }

 private:
    void* context_;
    void* socket_;
};

void zmq_push_pull(std::string_view name, std::uint64_t count) {
    const bound_socket pull(ZMQ_PULL);
    std::thread pusher = measure::other_end::push(pull.endpoint(), count);
    pull.receive();
    const auto each = measure::nanoseconds_each(count, [&] {
        for (std::uint64_t i = 1; i < count; ++i) pull.receive();
    });
    measure::report(name, each, "ns");
    pusher.join();
}

void zmq_req_rep(std::string_view name, std::uint64_t count) {
    const bound_socket req(ZMQ_REQ);
    std::thread server = measure::other_end::answer(req.endpoint(), count);
    const std::string question(measure::message_size, 'x');
    const auto each = measure::nanoseconds_each(count, [&] {
        for (std::uint64_t i = 0; i < count; ++i) {
            req.send(question);
            req.receive();
        }
    });
    measure::report(name, each, "ns");
    server.join();
}

constexpr measure::workload workloads[] = {
    {"zmq_push_pull", 1'000'000, zmq_push_pull},
    {"zmq_req_rep", 10'000, zmq_req_rep},
};

}  // namespace

int main(int argc, char** argv) {
    return measure::run_one(workloads, {argv, static_cast<std::size_t>(argc)});
}
