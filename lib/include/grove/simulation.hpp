// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>

#include <cstdint>
#include <optional>

/// Virtual time and seeded order for the calling thread's hub, for tests: when all greenlets wait
/// for timers, time jumps to the next one.
///
///     grove::simulation world;
///     grove::sleep_for(1h);                  // takes microseconds
///     assert(world.elapsed() == 1h);
///
/// Descriptors still work in real time: while one is ready, time stands.
/// The order of ready greenlets alone can be permuted in any program by `GROVE_SCHEDULE=seed:N` in
/// the environment; the same seed replays the same order.

namespace grove {

struct simulation_options {
    std::optional<std::uint64_t> seed = {};  ///< permutes each round of the ready queue
};

class GROVE_API simulation {
 public:
    /// No timer may be pending on the hub. Ends with the object; the clock then jumps back to the
    /// real one.
    explicit simulation(simulation_options options = {});
    simulation(const simulation&) = delete;
    simulation& operator=(const simulation&) = delete;
    ~simulation();

    /// Virtual time since the simulation began.
    [[nodiscard]] duration elapsed() const noexcept;

 private:
    std::int64_t began_;
};

}  // namespace grove
