// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/serve/fault_rules.hpp"
#include "cmd/serve/web_handler.hpp"

#include <grove/http_exchange.hpp>

/// What a fault plan says, done to an answer. What follows an upgrade is not the answer's: a
/// WebSocket that was accepted speaks as ever.

namespace grove::cmd {

/// To be called before the answer is begun; waits as long as it is to be late. Throws:
/// `http_error` where the plan has a status of its own; `std::system_error` where the connection
/// ends, or has stalled until it ended, before an answer. Else what is answered from here on is
/// sent as the plan says.
void make_faulty(const fault_plan& plan, http_response& answer, serve_context& context);

/// Sends what comes as the plan says. For a test, which has no server.
[[nodiscard]] http_outlet faulty_outlet(const fault_plan& plan, serve_context& context);

}  // namespace grove::cmd
