// SPDX-License-Identifier: MIT
#pragma once

#include <grove/socket.hpp>

#include <string>

namespace grove::cmd {

/// Starts `command` with the connection for its input and output, and waits for the end of its
/// output. It is ended when the peer is gone; the end of what the peer sends is the end of its
/// input, and no more. Throws: `std::system_error`.
void serve_by_program(socket& peer, const std::string& command);

}  // namespace grove::cmd
