// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/greenlet_core.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

/// In which order ready greenlets run. First in, first out, unless seeded: then each round of the
/// queue (all that was ready when it began) is permuted, the same way for the same seed. The seed
/// comes from `GROVE_SCHEDULE=seed:N` in the environment or from a simulation.

namespace grove::detail {

class schedule {
 public:
    /// What the environment asks for.
    schedule() { seed(wish()); }

    /// The seed that the environment names. Ends the process with a message when the variable
    /// cannot be read.
    [[nodiscard]] static std::optional<std::uint64_t> wish();

    [[nodiscard]] bool seeded() const noexcept { return seeded_; }

    void seed(std::optional<std::uint64_t> seed) noexcept;

    /// Counts one greenlet as taken from the queue; at the begin of a round permutes the queue that
    /// starts at `first` and whose last link is `*end`.
    void before_taking(greenlet_core*& first, greenlet_core**& end) noexcept;

 private:
    [[nodiscard]] std::uint64_t random() noexcept;
    [[nodiscard]] std::size_t random_below(std::size_t bound) noexcept;

    bool seeded_ = false;
    std::uint64_t state_ = 0;
    std::size_t left_in_round_ = 0;
};

}  // namespace grove::detail
