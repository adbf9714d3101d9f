// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"
#include "cmd/common/follow_client.hpp"
#include "cmd/common/output.hpp"
#include "cmd/poll/poll_options.hpp"

#include <cstdint>
#include <optional>

/// `grove poll --follow` from its options to its exit code: each message is a line on stdout, its
/// own line feeds written as `\n`; with --json an object. What fails is tried again after a pause
/// that grows to 5 s, for as long as --deadline allows.

namespace grove::cmd {

class follow_session {
 public:
    /// Throws: `std::invalid_argument`, `std::system_error`: it cannot be done; nobody was asked.
    follow_session(const poll_options& options, output& out);
    follow_session(const follow_session&) = delete;
    follow_session& operator=(const follow_session&) = delete;

    /// Blocks until a signal, --deadline, -n messages, or a server that refuses ends it.
    [[nodiscard]] exit_code execute();

 private:
    [[nodiscard]] exit_code follow();
    void hear(const followed_message& message);
    [[nodiscard]] bool has_enough() const noexcept;

    const poll_options& options_;
    output& out_;
    follow_client client_;
    std::uint64_t heard_ = 0;
    std::uint64_t heard_before_ = 0;  // when it was last connected
};

[[nodiscard]] std::string message_json(const followed_message& message);

}  // namespace grove::cmd
