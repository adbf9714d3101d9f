// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"
#include "cmd/common/output.hpp"
#include "cmd/poll/poll_options.hpp"
#include "cmd/poll/poll_wait.hpp"

/// `grove poll` that waits, from its options to its exit code.

namespace grove::cmd {

class poll_session {
 public:
    /// Throws: `std::invalid_argument`, `std::system_error`: it cannot be done; nobody was asked.
    poll_session(const poll_options& options, output& out);
    poll_session(const poll_session&) = delete;
    poll_session& operator=(const poll_session&) = delete;

    /// Blocks until it is decided, and tells how.
    /// Throws: `std::system_error` when a report cannot be written.
    [[nodiscard]] exit_code execute();

 private:
    void show_progress();
    void tell(wait_end end);
    void tell_failure(wait_end end) const;
    [[nodiscard]] exit_code code_of(wait_end end) const noexcept;
    void write_junit() const;

    const poll_options& options_;
    output& out_;
    poll_wait wait_;
};

}  // namespace grove::cmd
