// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/failure_limit.hpp"
#include "cmd/common/http_options.hpp"
#include "cmd/common/talk_options.hpp"
#include "cmd/common/units.hpp"

#include <grove/deadline.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What `grove pipe` can be told about the whole run; what its stages can be told is with them.

namespace grove::cmd {

class option_table;

struct pipe_options {
    // Items.
    std::vector<std::string> inputs;  ///< files, `-` for stdin; none: stdin
    bool null = false;                ///< items end in NUL instead of a line feed
    std::size_t queue_items = 8192;   ///< between two stages
    byte_size queue_size{1 << 20};    ///< likewise
    std::vector<std::string> stages;  ///< words for `parse_plan`

    http_options http;  ///< of a source that is http or ws: headers and authorities alone

    // Sureness.
    failure_limit max_failures;
    std::string dead_file;                      ///< takes items that failed for good; empty: none
    std::string journal;                        ///< keeps how far the run is; empty: none
    bool resume = false;                        ///< goes on where the journal ends
    std::optional<duration> deadline;           ///< the whole run
    duration grace = std::chrono::seconds(10);  ///< for items that were read, after a first SIGINT
    std::optional<std::uint64_t> seed;          ///< of pauses before retries

    // Talk.
    talk_options talk;
};

void describe(pipe_options& options, option_table& table);

/// What no single option can know. Result: a sentence that says what to do, or nullopt.
[[nodiscard]] std::optional<std::string> validate(const pipe_options& options);

/// What ends an item of the source.
[[nodiscard]] constexpr char item_end(const pipe_options& options) noexcept {
    return options.null ? '\0' : '\n';
}

}  // namespace grove::cmd
