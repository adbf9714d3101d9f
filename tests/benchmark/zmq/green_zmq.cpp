// SPDX-License-Identifier: MIT
#include "runtime/workload.hpp"
#include "zmq/other_end.hpp"

#include <grove/greenlet.hpp>
#include <grove/zmq.hpp>

// A green receiver and a green client; the thread at the other end is plain libzmq.

namespace {

using grove::zmq::kind;

void zmq_push_pull(std::string_view name, std::uint64_t count) {
    grove::zmq::socket pull(kind::pull);
    std::thread pusher = measure::other_end::push(pull.bind("tcp://127.0.0.1:*"), count);
    (void)pull.receive();
    auto receiver = grove::spawn([&] {
        for (std::uint64_t i = 1; i < count; ++i)
            measure::must(pull.receive()->size() == measure::message_size);
    });
    measure::report(name, measure::nanoseconds_each(count, [&] { receiver.join(); }), "ns");
    pusher.join();
}

void zmq_req_rep(std::string_view name, std::uint64_t count) {
    grove::zmq::socket req(kind::req);
    std::thread server = measure::other_end::answer(req.bind("tcp://127.0.0.1:*"), count);
    const std::string question(measure::message_size, 'x');
    auto client = grove::spawn([&] {
        for (std::uint64_t i = 0; i < count; ++i) {
            req.send(question);
            measure::must(req.receive()->size() == measure::message_size);
        }
    });
    measure::report(name, measure::nanoseconds_each(count, [&] { client.join(); }), "ns");
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
