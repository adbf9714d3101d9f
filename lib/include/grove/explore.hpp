// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <stdexcept>

/// Runs a test of greenlets in many orders, to find the one in which it fails.
///
///     grove::explore(1000, [] {
///         account a(100);
///         auto one = grove::spawn([&] { a.withdraw(60); });
///         auto other = grove::spawn([&] { a.withdraw(60); });
///         grove::join_all(one, other);
///         if (a.balance() < 0) throw std::logic_error("overdrawn");
///     });
///     // grove: seed 3 of 1000 fails: overdrawn; GROVE_SCHEDULE=seed:3 replays it
///
/// Each run has a simulation of its own: virtual time, and an order that follows from the seed. A
/// program in which everybody waits for everybody fails too, by `would_block_forever`.

namespace grove {

/// A run failed. Text: the seed, and what was thrown.
class GROVE_API exploration_failed : public std::runtime_error {
 public:
    exploration_failed(std::uint64_t seed, std::uint64_t seeds, std::exception_ptr cause);
    exploration_failed(const exploration_failed&) = default;
    ~exploration_failed() override;

    [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }

    /// What the test threw.
    [[nodiscard]] const std::exception_ptr& cause() const noexcept { return cause_; }

 private:
    std::uint64_t seed_;
    std::exception_ptr cause_;
};

/// Calls `test` once for each seed from 1 to `seeds`, on the main greenlet; with `GROVE_SCHEDULE`
/// in the environment only for the seed it names. The test must leave no greenlet and no timer.
/// Throws: `exploration_failed` for the first seed with which the test throws, which is also
/// printed on stderr.
GROVE_API void explore(std::uint64_t seeds, const std::function<void()>& test);

}  // namespace grove
