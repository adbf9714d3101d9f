// SPDX-License-Identifier: MIT
#include "runtime/workload.hpp"

#include <grove/channel.hpp>
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/queue.hpp>
#include <grove/semaphore.hpp>
#include <grove/timeout.hpp>

#include <vector>

// grove on its public interface, as a user would write it.

namespace {

using namespace std::chrono_literals;

using handles = std::vector<grove::greenlet<void>>;

void yield_ring(std::string_view name, std::uint64_t count, std::size_t size) {
    handles ring;
    for (std::size_t i = 0; i < size; ++i) {
        ring.push_back(grove::spawn([turns = count / size] {
            for (std::uint64_t turn = 0; turn < turns; ++turn) grove::yield();
        }));
    }
    const auto each = measure::nanoseconds_each(count, [&] {
        for (auto& g : ring) g.join();
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
    handles batch;
    batch.reserve(batch_size);
    const auto each = measure::nanoseconds_each(count, [&] {
        for (std::uint64_t made = 0; made < count; made += batch_size) {
            for (std::size_t i = 0; i < batch_size; ++i) batch.push_back(grove::spawn([] {}));
            for (auto& g : batch) g.join();
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
    spawn_join_batch(name, count, count);
}

void channel(std::string_view name, std::uint64_t count) {
    grove::channel<int> requests;
    grove::channel<int> answers;
    auto server = grove::spawn([&] {
        for (std::uint64_t i = 0; i < count / 2; ++i) answers.put(*requests.get());
    });
    auto client = grove::spawn([&] {
        for (std::uint64_t i = 0; i < count / 2; ++i) {
            requests.put(1);
            answers.get();
        }
    });
    const auto each = measure::nanoseconds_each(count, [&] { grove::join_all(client, server); });
    measure::report(name, each, "ns");
}

void queue_128(std::string_view name, std::uint64_t count) {
    grove::queue<std::uint64_t> queue(128);
    std::uint64_t sum = 0;
    auto producer = grove::spawn([&] {
        for (std::uint64_t i = 0; i < count; ++i) queue.put(i);
        queue.close();
    });
    auto consumer = grove::spawn([&] {
        for (const auto value : queue) sum += value;
    });
    const auto each =
        measure::nanoseconds_each(count, [&] { grove::join_all(producer, consumer); });
    if (sum != count * (count - 1) / 2) std::abort();
    measure::report(name, each, "ns");
}

void timeout(std::string_view name, std::uint64_t count) {
    const auto each = measure::nanoseconds_each(count, [&] {
        for (std::uint64_t i = 0; i < count; ++i) const grove::timeout limit(30s);
    });
    measure::report(name, each, "ns");
}

void semaphore(std::string_view name, std::uint64_t count) {
    grove::semaphore one(1);
    const auto each = measure::nanoseconds_each(count, [&] {
        for (std::uint64_t i = 0; i < count; ++i) {
            one.acquire();
            one.release();
        }
    });
    measure::report(name, each, "ns");
}

void parked(std::string_view, std::uint64_t count) {
    grove::event gate;
    handles all;
    all.reserve(count);
    const auto before = measure::footprint::now();
    const auto create_ns = measure::nanoseconds_each(count, [&] {
        for (std::uint64_t i = 0; i < count; ++i) {
            all.push_back(grove::spawn([&gate] { gate.wait(); }));
        }
        grove::yield();
    });
    measure::report_parked(before, measure::footprint::now(), count, create_ns);
    gate.set();
    for (auto& g : all) g.join();
}

constexpr measure::workload workloads[] = {
    {"yield_2", 20'000'000, yield_2},
    {"yield_1000", 20'000'000, yield_1000},
    {"spawn_join_1000", 5'000'000, spawn_join_1000},
    {"spawn_join_1", 3'000'000, spawn_join_1},
    {"spawn_million", 1'000'000, spawn_million},
    {"channel", 5'000'000, channel},
    {"queue_128", 50'000'000, queue_128},
    {"timeout", 5'000'000, timeout},
    {"semaphore", 100'000'000, semaphore},
    {"parked", 1'000'000, parked},
};

}  // namespace

int main(int argc, char** argv) {
    return measure::run_one(workloads, {argv, static_cast<std::size_t>(argc)});
}
