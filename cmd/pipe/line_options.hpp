// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/units.hpp"

#include <grove/deadline.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

/// What the stages that work on the items themselves, without a program, can be told.

namespace grove::cmd {

class option_table;

/// `match PATTERN`: drops the others.
struct match_options {
    bool invert = false;
    bool ignore_case = false;
    std::string pattern;
};

void describe(match_options& options, option_table& table);

/// What is wrong with the pattern.
[[nodiscard]] std::optional<std::string> pattern_problem(const match_options& options);

/// `prefix time`, `prefix TEXT`: puts something before each.
struct prefix_options {
    std::string text;  ///< `time`: when the item came
};

/// `batch N`: makes one item of several.
struct batch_options {
    std::size_t items = 1;
    std::optional<duration> linger;  ///< nothing: waits for all
    std::string with = " ";
};

void describe(batch_options& options, option_table& table);

/// `rate N/s`: lets no more through.
struct rate_options {
    event_rate rate;
};

/// `count`: one item at the end, their number.
struct count_options {};

}  // namespace grove::cmd
