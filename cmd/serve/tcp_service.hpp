// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/serve/route.hpp"
#include "cmd/serve/web_handler.hpp"

#include <grove/stream_server.hpp>

/// The TCP servers: what is done with a connection.

namespace grove::cmd {

/// The one of a route that is a TCP server. `context` must outlive it.
[[nodiscard]] stream_server::handler tcp_service(const route& what, serve_context& context);

}  // namespace grove::cmd
