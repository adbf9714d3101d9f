// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/load/tally.hpp"

#include <grove/deadline.hpp>
#include <grove/remote_event.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

/// What passes between the threads of a bench that send and the one that reports: the beginning,
/// the order to stop, and tallies.

namespace grove::cmd {

/// What one thread has seen in one second of the measured time.
struct second_tally {
    std::uint64_t second = 0;
    std::unique_ptr<tally> seen;
};

/// What is known of a thread at its end.
struct sender_end {
    duration cpu{};            ///< that it used in the measured time
    std::uint64_t unsent = 0;  ///< requests that were due and not sent
};

/// Threads: any.
class load_exchange {
 public:
    explicit load_exchange(unsigned senders) : senders_(senders) {}

    // For those who send.

    /// The connections are made, `made` of them; `problem` is why others are not. Waits until all
    /// are there. Result: when to begin; never: not at all.
    [[nodiscard]] deadline meet(std::size_t made, const std::string& problem);

    /// Hands in what was seen. Result: an empty tally to go on with.
    [[nodiscard]] std::unique_ptr<tally> hand_in(second_tally seen);

    void leave(const sender_end& end);

    [[nodiscard]] bool stopping() const noexcept {
        return stopping_.load(std::memory_order_relaxed);
    }

    /// Set when `stopping` turns true.
    [[nodiscard]] remote_event& stop_event() noexcept { return stop_; }

    // For who reports.

    /// Waits until all who send are ready, or have left. Result: how many connections there are;
    /// `problem` becomes the first reason why some are not.
    [[nodiscard]] std::size_t wait_ready(std::string& problem);

    /// Lets all begin at `when`; never sends them home.
    void begin(deadline when);

    void stop();

    /// What was handed in since the last call; waits for some until `until`.
    [[nodiscard]] std::vector<second_tally> collect(deadline until);

    /// Takes tallies back to be used again.
    void recycle(std::unique_ptr<tally> used);

    /// All have left.
    [[nodiscard]] bool over() const;

    [[nodiscard]] sender_end sum_of_ends() const;

 private:
    unsigned senders_;
    std::atomic<bool> stopping_ = false;
    remote_event ready_;
    remote_event begin_;
    remote_event stop_;
    remote_event news_;

    mutable std::mutex mutex_;  // of all that follows
    unsigned arrived_ = 0;
    unsigned left_ = 0;
    std::size_t made_ = 0;
    std::string problem_;
    deadline when_ = never;
    std::vector<second_tally> handed_in_;
    std::vector<std::unique_ptr<tally>> empty_;
    sender_end ends_;
};

}  // namespace grove::cmd
