// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/report/wall_time.hpp"

#include <grove/deadline.hpp>
#include <grove/histogram.hpp>

#include <optional>
#include <string>
#include <string_view>

/// HdrHistogram's interval log, version 1.3: a line an interval with the whole histogram of it, so
/// that the percentiles of any stretch of time can be told afterwards. Tools of HdrHistogram read
/// it: a histogram's values are nanoseconds, an interval's most is shown in milliseconds.

namespace grove::cmd {

class interval_log {
 public:
    /// `title` stands in a comment on top.
    explicit interval_log(std::string title) : title_(std::move(title)) {}

    /// Adds an interval. Their times count from the first one's beginning. `tag` tells kinds of
    /// intervals apart; empty: none.
    void add(std::string_view tag, wall_time begin, duration length, const histogram& of);

    [[nodiscard]] std::string text() const;

 private:
    std::string title_;
    std::optional<wall_time> base_;
    std::string lines_;
};

}  // namespace grove::cmd
