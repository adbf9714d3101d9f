// SPDX-License-Identifier: MIT
#include "cmd/bench/hub_workloads.hpp"

#include <grove/channel.hpp>
#include <grove/greenlet.hpp>
#include <grove/queue.hpp>
#include <grove/semaphore.hpp>
#include <grove/timeout.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <stdexcept>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

using handles = std::vector<greenlet<void>>;

/// Runs `body` once. Result: its wall time divided by `count`.
template <std::invocable Body>
double nanoseconds_each(std::uint64_t count, Body&& body) {
    const auto start = std::chrono::steady_clock::now();
    body();
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
    return taken.count() / static_cast<double>(count);
}

double yield_ring(std::uint64_t count, std::size_t size) {
    handles ring;
    for (std::size_t i = 0; i < size; ++i) {
        ring.push_back(spawn([turns = count / size] {
            for (std::uint64_t turn = 0; turn < turns; ++turn) yield();
        }));
    }
    return nanoseconds_each(count, [&] {
        for (auto& g : ring) g.join();
    });
}

double yield_2(std::uint64_t count) {
    return yield_ring(count, 2);
}

double yield_1000(std::uint64_t count) {
    return yield_ring(count, 1000);
}

double spawn_join_batch(std::uint64_t count, std::size_t batch_size) {
    handles batch;
    batch.reserve(batch_size);
    return nanoseconds_each(count, [&] {
        for (std::uint64_t made = 0; made < count; made += batch_size) {
            for (std::size_t i = 0; i < batch_size; ++i) batch.push_back(spawn([] {}));
            for (auto& g : batch) g.join();
            batch.clear();
        }
    });
}

double spawn_join_1(std::uint64_t count) {
    return spawn_join_batch(count, 1);
}

double spawn_join_1000(std::uint64_t count) {
    return spawn_join_batch(count, 1000);
}

double spawn_million(std::uint64_t count) {
    return spawn_join_batch(count, count);
}

double channel_turns(std::uint64_t count) {
    channel<int> requests;
    channel<int> answers;
    auto server = spawn([&] {
        for (std::uint64_t i = 0; i < count / 2; ++i) answers.put(*requests.get());
    });
    auto client = spawn([&] {
        for (std::uint64_t i = 0; i < count / 2; ++i) {
            requests.put(1);
            answers.get();
        }
    });
    return nanoseconds_each(count, [&] { join_all(client, server); });
}

double queue_128(std::uint64_t count) {
    queue<std::uint64_t> items(128);
    std::uint64_t sum = 0;
    auto producer = spawn([&] {
        for (std::uint64_t i = 0; i < count; ++i) items.put(i);
        items.close();
    });
    auto consumer = spawn([&] {
        for (const auto value : items) sum += value;
    });
    const double each = nanoseconds_each(count, [&] { join_all(producer, consumer); });
    if (sum != count * (count - 1) / 2) throw std::logic_error("a queue has lost an item");
    return each;
}

double timeout_scope(std::uint64_t count) {
    return nanoseconds_each(count, [&] {
        for (std::uint64_t i = 0; i < count; ++i) const timeout limit(30s);
    });
}

double semaphore_pair(std::uint64_t count) {
    semaphore one(1);
    return nanoseconds_each(count, [&] {
        for (std::uint64_t i = 0; i < count; ++i) {
            one.acquire();
            one.release();
        }
    });
}

constexpr hub_workload workloads[] = {
    {"yield_2", "a switch between 2 greenlets", 20'000'000, yield_2},
    {"yield_1000", "a switch in a ring of 1000", 20'000'000, yield_1000},
    {"spawn_join_1000", "spawn and join, 1000 at a time", 5'000'000, spawn_join_1000},
    {"spawn_join_1", "spawn and join, one by one", 3'000'000, spawn_join_1},
    {"spawn_million", "spawn and join, a million at once", 1'000'000, spawn_million},
    {"channel", "an item handed over in a channel", 5'000'000, channel_turns},
    {"queue_128", "an item through a queue of 128", 50'000'000, queue_128},
    {"timeout", "a timeout set and cancelled", 5'000'000, timeout_scope},
    {"semaphore", "a semaphore acquired and released", 100'000'000, semaphore_pair},
};

}  // namespace

std::span<const hub_workload> hub_workloads() noexcept {
    return workloads;
}

}  // namespace grove::cmd
