// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/terminal_text.hpp"
#include "cmd/poll/watch/poll_watch.hpp"

#include <string>
#include <vector>

/// What `--watch` shows on a terminal:
///
///     TARGET             STATE  SINCE  STREAK      P50      P95      P99   LOSS  CERT
///     http://localhost/  up     3m05s     185   850 us  1.23 ms  12.3 ms     0%   89d  ▁▁▂▁█▁!▁

namespace grove::cmd {

struct watch_table_size {
    std::size_t columns = 80;  ///< below 78 lines are cut, and without colour
    std::size_t rows = 24;     ///< of targets; those that are down come first where not all fit
};

enum class table_color : unsigned char { none, ansi };

/// The lines, the heading first; each is at most `columns` wide. The times are those of the latest
/// attempts (`recent_attempts`).
[[nodiscard]] std::vector<std::string> watch_table(const std::vector<watched_target>& targets,
                                                   deadline now, watch_table_size size,
                                                   table_color color, charset of = charset::utf8);

}  // namespace grove::cmd
