// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/load/load_connector.hpp"
#include "cmd/bench/load/load_exchange.hpp"
#include "cmd/bench/load/load_plan.hpp"
#include "cmd/bench/load/tally.hpp"

#include <grove/event.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

/// One thread's share of a load: a greenlet a connection on a hub of its own.
///
/// Closed load: each connection sends its next request when the answer has come. Open load:
/// requests are due at the times of `arrivals`; a connection that is free waits for the next one's
/// time. Where none is free when a request is due, it goes late, and its latency counts from when
/// it was due: what a server makes its clients wait for is not left out.

namespace grove::cmd {

class load_sender {
 public:
    /// Number `index` of `plan.threads`. Both must outlive it.
    load_sender(const load_plan& plan, unsigned index, load_exchange& exchange);
    load_sender(const load_sender&) = delete;
    load_sender& operator=(const load_sender&) = delete;

    /// The thread's whole work.
    void run();

 private:
    /// What one greenlet has.
    struct line {
        std::vector<std::unique_ptr<load_peer>> to;  // a connection a destination
        request_script::buffers buffers;
    };

    /// One request.
    struct shot {
        std::uint64_t number = 0;
        deadline due;    // where latency is counted from
        deadline begun;  // where the server's time is counted from
    };

    [[nodiscard]] std::size_t connect_first(std::string& problem);

    [[nodiscard]] std::unique_ptr<load_peer> connect(std::size_t to, deadline until);

    void drive(line& mine);
    [[nodiscard]] std::optional<shot> next(deadline now);
    [[nodiscard]] std::optional<shot> next_due(deadline free_since);
    [[nodiscard]] std::uint64_t next_number() noexcept;
    [[nodiscard]] deadline fire(line& mine, const shot& what);
    void record(const shot& what, const load_answer& got, std::size_t sent);
    void record_failure(const shot& what, const std::system_error& error);
    [[nodiscard]] bool is_measured(const shot& what) const noexcept;

    void hand_in_each_second();
    void hand_in();
    [[nodiscard]] std::uint64_t count_unsent();

    const load_plan& plan_;
    unsigned index_;
    load_exchange& exchange_;
    std::vector<line> lines_;
    load_connector connector_;
    arrivals arrivals_;
    std::optional<duration> postponed_;  // an arrival that was taken and not used
    std::uint64_t sent_ = 0;
    std::uint64_t limit_;  // of sent_
    std::mt19937_64 random_;
    deadline start_;     // of the warm-up
    deadline measured_;  // of the measured time
    deadline end_;
    bool stopped_ = false;
    event stop_;
    std::uint64_t second_ = 0;  // of the measured time, that `seen_` is of
    std::unique_ptr<tally> seen_;
};

}  // namespace grove::cmd
