// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>

#include <cstddef>

/// Token buckets, as virtual time (the generic cell rate algorithm): one number holds when the
/// bucket would be empty again. Long-run rate is exact however late or coarse the caller's timers
/// are, as long as they are late by less than the burst.

namespace grove::cmd {

/// Events a second, for `--rate`: each `take` is one event.
class event_pacer {
 public:
    /// At most `per_second` in the long run and `burst` at once.
    event_pacer(double per_second, double burst);

    /// When the next event may happen; in the past: now.
    [[nodiscard]] deadline next_at() const noexcept { return deadline::at(full_at_ - slack_); }

    /// Counts one event at `now`, which must not be before `next_at`.
    void take(deadline now) noexcept;

    /// When the bucket is full again, that is, when nothing of the past matters any more.
    [[nodiscard]] deadline settled_at() const noexcept { return deadline::at(full_at_); }

 private:
    duration spacing_;
    duration slack_;
    duration full_at_ = duration::min() / 4;
};

/// Bytes a second over all transfers, for `--limit-rate`: bytes that came are paid for afterwards,
/// since what a socket delivered cannot be sent back.
class rate_limiter {
 public:
    /// `burst` bytes may pass at once after a pause. Zero: a tenth of a second's worth, and at
    /// least 16 KiB.
    explicit rate_limiter(double bytes_per_second, std::size_t burst = 0);

    /// Accounts for bytes that a transfer has read. Result: when it may read on; not after `now`:
    /// at once. Who reads pieces of one size in turn gets an equal share.
    [[nodiscard]] deadline charge(std::size_t bytes, deadline now) noexcept;

 private:
    [[nodiscard]] duration cost(std::size_t bytes) const noexcept;

    double rate_;
    duration window_;
    duration paid_until_ = duration::min() / 4;
};

}  // namespace grove::cmd
