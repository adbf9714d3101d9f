// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"
#include "cmd/common/output.hpp"
#include "cmd/common/process_tree.hpp"
#include "cmd/poll/poll_options.hpp"
#include "cmd/poll/poll_wait.hpp"
#include "cmd/poll/started_program.hpp"

#include <optional>
#include <string>

/// `grove poll` that waits, from its options to its exit code.

namespace grove::cmd {

class poll_session {
 public:
    /// Throws: `std::invalid_argument`, `std::system_error`: it cannot be done; nobody was asked.
    poll_session(const poll_options& options, output& out);
    poll_session(const poll_session&) = delete;
    poll_session& operator=(const poll_session&) = delete;

    /// Blocks until it is decided, and tells how. With --start also runs the command, and stops
    /// what was started. Result: `ok` where all is well, or the command's own.
    /// Throws: `std::system_error` when a report cannot be written.
    [[nodiscard]] exit_code execute();

 private:
    [[nodiscard]] exit_code wait();
    [[nodiscard]] exit_code run_command();
    void stop_started();
    void on_started_end();
    void show_progress();
    void tell(wait_end end);
    void tell_failure(wait_end end) const;
    [[nodiscard]] std::string reason_for(wait_end end) const;
    void tell_log() const;
    [[nodiscard]] exit_code code_of(wait_end end) const noexcept;
    void write_junit() const;

    const poll_options& options_;
    output& out_;
    std::optional<process_tree> tree_;  // before all that may start programs
    poll_wait wait_;
    std::optional<started_program> started_;
    bool was_interrupted_ = false;  // the wait, by a signal
};

}  // namespace grove::cmd
