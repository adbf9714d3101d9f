// SPDX-License-Identifier: MIT
#include "runtime/workload.hpp"

#include <boost/fiber/all.hpp>

#include <vector>

// The rival from the same family of libraries: Boost.Fiber on its default round-robin scheduler,
// with pooled stacks of 64 KiB where its interface lets one choose. It has no timeout scope and no
// sockets, so those workloads are missing here.

namespace {

namespace fibers = boost::fibers;

constexpr std::size_t stack_bytes = std::size_t{64} * 1024;

template <class Allocator, class Body>
fibers::fiber make_fiber(Allocator& stacks, Body body) {
    return {fibers::launch::post, std::allocator_arg, stacks, std::move(body)};
}

void yield_ring(std::string_view name, std::uint64_t count, std::size_t size) {
    fibers::pooled_fixedsize_stack stacks(stack_bytes);
    std::vector<fibers::fiber> ring;
    for (std::size_t i = 0; i < size; ++i) {
        ring.push_back(make_fiber(stacks, [turns = count / size] {
            for (std::uint64_t turn = 0; turn < turns; ++turn) boost::this_fiber::yield();
        }));
    }
    const auto each = measure::nanoseconds_each(count, [&] {
        for (auto& f : ring) f.join();
    });
    measure::report(name, each, "ns");
}

void yield_2(std::string_view name, std::uint64_t count) {
    yield_ring(name, count, 2);
}

void yield_1000(std::string_view name, std::uint64_t count) {
    yield_ring(name, count, 1000);
}

void spawn_join_batch(std::string_view name, std::uint64_t count, std::size_t batch_size) {
    fibers::pooled_fixedsize_stack stacks(stack_bytes);
    std::vector<fibers::fiber> batch;
    batch.reserve(batch_size);
    const auto each = measure::nanoseconds_each(count, [&] {
        for (std::uint64_t made = 0; made < count; made += batch_size) {
            for (std::size_t i = 0; i < batch_size; ++i) batch.push_back(make_fiber(stacks, [] {}));
            for (auto& f : batch) f.join();
            batch.clear();
        }
    });
    measure::report(name, each, "ns");
}

void spawn_join_1(std::string_view name, std::uint64_t count) {
    spawn_join_batch(name, count, 1);
}

void spawn_join_1000(std::string_view name, std::uint64_t count) {
    spawn_join_batch(name, count, 1000);
}

void spawn_million(std::string_view name, std::uint64_t count) {
    fibers::fixedsize_stack stacks(std::size_t{16} * 1024);
    std::vector<fibers::fiber> all;
    all.reserve(count);
    const auto each = measure::nanoseconds_each(count, [&] {
        for (std::uint64_t i = 0; i < count; ++i) all.push_back(make_fiber(stacks, [] {}));
        for (auto& f : all) f.join();
    });
    measure::report(name, each, "ns");
}

void channel(std::string_view name, std::uint64_t count) {
    fibers::unbuffered_channel<int> requests;
    fibers::unbuffered_channel<int> answers;
    fibers::fiber server([&] {
        for (int request : requests) answers.push(request);
    });
    fibers::fiber client([&] {
        int answer = 0;
        for (std::uint64_t i = 0; i < count / 2; ++i) {
            requests.push(1);
            answers.pop(answer);
        }
        requests.close();
    });
    const auto each = measure::nanoseconds_each(count, [&] {
        client.join();
        server.join();
    });
    measure::report(name, each, "ns");
}

void queue_128(std::string_view name, std::uint64_t count) {
    fibers::buffered_channel<std::uint64_t> queue(128);
    std::uint64_t sum = 0;
    fibers::fiber producer([&] {
        for (std::uint64_t i = 0; i < count; ++i) queue.push(i);
        queue.close();
    });
    fibers::fiber consumer([&] {
        for (const auto value : queue) sum += value;
    });
    const auto each = measure::nanoseconds_each(count, [&] {
        producer.join();
        consumer.join();
    });
    if (sum != count * (count - 1) / 2) std::abort();
    measure::report(name, each, "ns");
}

/// Its mutex stands for a semaphore, which the library does not have.
void semaphore(std::string_view name, std::uint64_t count) {
    fibers::mutex mutex;
    const auto each = measure::nanoseconds_each(count, [&] {
        for (std::uint64_t i = 0; i < count; ++i) {
            mutex.lock();
            mutex.unlock();
        }
    });
    measure::report(name, each, "ns");
}

void parked(std::string_view, std::uint64_t count) {
    fibers::fixedsize_stack stacks(stack_bytes);
    fibers::mutex mutex;
    fibers::condition_variable gate;
    bool open = false;
    std::vector<fibers::fiber> all;
    all.reserve(count);
    const auto before = measure::footprint::now();
    const auto create_ns = measure::nanoseconds_each(count, [&] {
        for (std::uint64_t i = 0; i < count; ++i) {
            all.push_back(make_fiber(stacks, [&] {
                std::unique_lock hold(mutex);
                gate.wait(hold, [&] { return open; });
            }));
        }
        boost::this_fiber::yield();
    });
    measure::report_parked(before, measure::footprint::now(), count, create_ns);
    open = true;
    gate.notify_all();
    for (auto& f : all) f.join();
}

constexpr measure::workload workloads[] = {
    {"yield_2", 4'000'000, yield_2},
    {"yield_1000", 4'000'000, yield_1000},
    {"spawn_join_1000", 400'000, spawn_join_1000},
    {"spawn_join_1", 400'000, spawn_join_1},
    {"spawn_million", 200'000, spawn_million},
    {"channel", 2'000'000, channel},
    {"queue_128", 10'000'000, queue_128},
    {"semaphore", 10'000'000, semaphore},
    {"parked", 100'000, parked},
};

}  // namespace

int main(int argc, char** argv) {
    return measure::run_one(workloads, {argv, static_cast<std::size_t>(argc)});
}
