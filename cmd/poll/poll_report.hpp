// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/junit.hpp"
#include "cmd/poll/poll_options.hpp"
#include "cmd/poll/poll_wait.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What a wait has come to, for people, programs and CI.

namespace grove::cmd {

/// `http://localhost:8080/ is up after 1.37s: status 200 OK on 127.0.0.1:8080`.
[[nodiscard]] std::string met_line(const polled_target& of, poll_goal goal);

/// Why a target is not as it should be: the last error, how it changed, how far the last attempt
/// came. Lines, each with its end.
[[nodiscard]] std::string failure_lines(const polled_target& of);

/// One line of --json.
[[nodiscard]] std::string to_json(const polled_target& of, poll_goal goal);

/// A case of --junit.
[[nodiscard]] junit_case to_junit(const polled_target& of, duration waited);

/// Each line of `text` behind `by`, made harmless for terminals.
[[nodiscard]] std::string indented(std::string_view text, std::string_view by);

/// `connect 0.12 ms, first byte 1.3 ms, 1.4 ms in all`.
[[nodiscard]] std::string timeline(const probe_times& times);

}  // namespace grove::cmd
