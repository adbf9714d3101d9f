// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/load/load_protocol.hpp"
#include "cmd/bench/load/tally.hpp"
#include "cmd/bench/report/wall_time.hpp"
#include "cmd/common/expression.hpp"

#include <grove/deadline.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// A bench that is over, and what expectations see of it.

namespace grove::cmd {

/// One second of the measured time, for curves.
struct bench_second {
    std::uint64_t answers = 0;
    std::uint64_t failures = 0;
    duration p50{};
    duration p99{};
    duration most{};
};

struct bench_result {
    std::string target;  ///< the URL, or how many there were
    load_protocol protocol = load_protocol::http;
    std::size_t connections = 0;  ///< that were asked for
    unsigned threads = 1;
    bool open = false;
    double planned_rate = 0;  ///< requests a second, of an open load; the mean over its stages
    wall_time began;          ///< the measured time
    duration length{};        ///< of the measured time, as it was
    duration cpu{};           ///< that the sending threads used in it and in the warm-up
    duration run{};           ///< from their beginning to their end
    std::uint64_t unsent = 0;
    tally seen;
    std::vector<bench_second> seconds;

    /// Answers a second of the measured time.
    [[nodiscard]] double rate() const noexcept;
    /// Bytes received a second.
    [[nodiscard]] double throughput() const noexcept;
    /// Of one core a thread, how much the sending took: 0 to 1.
    [[nodiscard]] double load_of_sender() const noexcept;
    /// Why the figures say more of this machine than of the server; empty: they do not.
    [[nodiscard]] std::vector<std::string> doubts() const;
};

/// Several runs of one plan as one; there is at least one.
[[nodiscard]] bench_result pooled(std::span<const bench_result> runs);

[[nodiscard]] duration latency_at(const histogram& of, double percent);

class bench_source final : public fact_source {
 public:
    /// `baseline`: what it is compared with; null: nothing. Both must outlive it.
    explicit bench_source(const bench_result& of, const bench_result* baseline = nullptr)
        : of_(of), baseline_(baseline) {}

    [[nodiscard]] fact_value value(std::string_view name, std::string_view key) const override;

 private:
    const bench_result& of_;
    const bench_result* baseline_;
};

}  // namespace grove::cmd
