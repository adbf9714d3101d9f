// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/fetch/failure.hpp"

#include <grove/deadline.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <random>
#include <string_view>
#include <vector>

/// Whether, where and when a failed item is tried again. An item has one or more sources (its URL,
/// then its mirrors). A failure moves on to the next source at once; when all have failed, a round
/// is over, and the next one starts after a back-off, up to `retries` times. A source that failed
/// for good (404, a wrong certificate) is not asked again.
///
///     retry_state state(1 + item.mirrors.size());
///     ... attempt state.source() fails ...
///     auto step = policy.after(state, failure, "GET", retry_after, random);
///     if (step.what == retry_step::give_up) ...
///
/// The back-off has full jitter: uniform between zero and min(cap, base x 2^round).

namespace grove::cmd {

enum class retry_methods { idempotent, all };

struct retry_options {
    unsigned retries = 3;                     ///< rounds after the first
    duration base = std::chrono::seconds(1);  ///< upper end of the first back-off
    duration cap = std::chrono::seconds(60);  ///< no back-off is longer
    retry_methods methods = retry_methods::idempotent;
};

/// Where one item stands.
class retry_state {
 public:
    explicit retry_state(std::size_t sources = 1) : dead_(sources, false) {}

    /// Which source the coming attempt asks: 0 is the item's URL.
    [[nodiscard]] std::size_t source() const noexcept { return source_; }

    /// Attempts that failed so far.
    [[nodiscard]] unsigned failures() const noexcept { return failures_; }

    [[nodiscard]] unsigned round() const noexcept { return round_; }

 private:
    friend class retry_policy;

    std::vector<bool> dead_;
    std::size_t source_ = 0;
    unsigned failures_ = 0;
    unsigned round_ = 0;
};

struct retry_step {
    enum class action { give_up, now, later };

    action what = action::give_up;
    duration wait = {};  ///< for `later`: from now
};

class retry_policy {
 public:
    explicit retry_policy(retry_options options) : options_(options) {}

    /// Decides after a failed attempt and moves `state` to the source of the next one.
    /// `retry_after` is the host's wish, already capped (`parse_retry_after`): the wait is never
    /// shorter when the next attempt asks the same source.
    [[nodiscard]] retry_step after(retry_state& state, const failure& why, std::string_view method,
                                   std::optional<duration> retry_after,
                                   std::mt19937_64& random) const;

    /// The back-off before round `round` (from 1).
    [[nodiscard]] duration backoff(unsigned round, std::mt19937_64& random) const;

 private:
    [[nodiscard]] bool may_repeat(const failure& why, std::string_view method) const noexcept;

    retry_options options_;
};

}  // namespace grove::cmd
