// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/expression.hpp"
#include "cmd/common/http_options.hpp"
#include "cmd/common/talk_options.hpp"
#include "cmd/common/targets.hpp"

#include <grove/deadline.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// All that `grove poll` can be told.

namespace grove::cmd {

class option_table;

/// What is waited for: that targets are up, or that they are not.
enum class poll_goal : unsigned char { up, down };

struct poll_options {
    std::vector<target> targets;
    std::string input;                 ///< a list of more, a line each; `-` stdin; empty: none
    std::vector<std::string> command;  ///< runs once all is well; empty: none
    std::string start;                 ///< runs beside, from before the wait on; empty: nothing
    duration grace = std::chrono::seconds(5);  ///< for `start` to end when it is asked to

    // When it is well.
    std::vector<expression> expect;       ///< checked against `poll_facts()`
    unsigned streak = 1;                  ///< good attempts in a row
    bool any = false;                     ///< one target is enough
    std::optional<std::size_t> at_least;  ///< so many are
    poll_goal goal = poll_goal::up;

    // How often, how long.
    std::optional<duration> every;  ///< absent: as `pause_before` says
    std::size_t at_once = 256;      ///< attempts
    std::optional<std::uint64_t> attempts;
    duration timeout = std::chrono::seconds(5);  ///< one attempt
    std::optional<duration> deadline;            ///< absent: a minute; --watch: for ever

    bool watch = false;     ///< go on for ever, and tell what changes
    std::string on_change;  ///< a command for each change; empty: none

    std::optional<target> follow;  ///< tell what it sends, message by message

    std::string junit;  ///< a report; empty: none

    http_options http;
    talk_options talk;
};

void describe(poll_options& options, option_table& table);

/// What no single option can know. Result: a sentence that says what to do, or nullopt.
[[nodiscard]] std::optional<std::string> validate(const poll_options& options);

/// How many of `count` targets are enough.
[[nodiscard]] std::size_t enough_of(const poll_options& options, std::size_t count) noexcept;

/// Reads a target that can be followed: http, https, ws, wss.
[[nodiscard]] std::optional<text_error> parse_followed(std::string_view text, target& into);

/// Reads a target that can be polled.
[[nodiscard]] std::optional<text_error> parse_poll_target(std::string_view text, target& into);

}  // namespace grove::cmd
