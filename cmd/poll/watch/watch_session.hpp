// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"
#include "cmd/common/output.hpp"
#include "cmd/poll/poll_options.hpp"
#include "cmd/poll/watch/change_hook.hpp"
#include "cmd/poll/watch/poll_watch.hpp"

#include <optional>

/// `grove poll --watch` from its options to its exit code. On a terminal a table stays at the
/// bottom of stderr and changes are told above it; where stdout is no terminal, or with --json,
/// each change is a JSON line there, and at the end each target is one.

namespace grove::cmd {

class watch_session {
 public:
    /// Throws: `std::invalid_argument`, `std::system_error`: it cannot be done; nobody was asked.
    watch_session(const poll_options& options, output& out);
    watch_session(const watch_session&) = delete;
    watch_session& operator=(const watch_session&) = delete;

    /// Blocks until a signal, --deadline, or -n ends it. Result: `shortfall` when -n did and a
    /// target is not up.
    [[nodiscard]] exit_code execute();

 private:
    void tell_change(const watched_target& of, watch_state before);
    void draw();
    void tell_end();
    [[nodiscard]] bool all_up() const noexcept;

    const poll_options& options_;
    output& out_;
    bool json_;
    poll_watch watch_;
    std::optional<change_hook> hook_;
};

/// A line of a change, and one of the end.
[[nodiscard]] std::string change_json(const watched_target& of, watch_state before,
                                      duration elapsed);
[[nodiscard]] std::string summary_json(const watched_target& of);

}  // namespace grove::cmd
