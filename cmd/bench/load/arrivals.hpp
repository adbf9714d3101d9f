// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/text_error.hpp"
#include "cmd/common/units.hpp"

#include <grove/deadline.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

/// When the requests of an open load are due: a plan that does not ask how the server does. Times
/// follow from rates by counting, so that neither rounding nor lateness adds up.

namespace grove::cmd {

/// A while with one rate, or with one that grows or falls evenly.
struct load_stage {
    duration length{};
    event_rate from;
    event_rate to;

    friend bool operator==(const load_stage&, const load_stage&) = default;
};

/// Stages, each after the one before it.
struct load_stages {
    std::vector<load_stage> all;
};

/// `10s:100/s,30s:100/s..1000/s,1m:1000/s`.
[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, load_stages& into);

[[nodiscard]] duration total_length(const std::vector<load_stage>& stages) noexcept;

enum class arrival_spacing : unsigned char {
    constant,  ///< evenly
    poisson,   ///< at random, as from many clients that know nothing of each other
};

struct arrival_options {
    arrival_spacing spacing = arrival_spacing::constant;
    std::uint64_t seed = 0;
    /// Of `shares` that send together, the one numbered `share`: each gets every `shares`th
    /// request.
    unsigned share = 0;
    unsigned shares = 1;
};

class arrivals {
 public:
    explicit arrivals(std::vector<load_stage> stages, arrival_options options = {});

    /// When the next request is due, counted from the beginning; nullopt when there is none.
    [[nodiscard]] std::optional<duration> next();

 private:
    std::vector<load_stage> stages_;
    std::size_t stage_ = 0;
    duration stage_begin_{};
    double done_ = 0;  // requests due before the stage
    double due_ = 0;   // requests due before the next one
    double step_;
    arrival_spacing spacing_;
    std::mt19937_64 random_;
};

}  // namespace grove::cmd
