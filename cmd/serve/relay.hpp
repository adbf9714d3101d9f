// SPDX-License-Identifier: MIT
#pragma once

#include <grove/socket.hpp>

/// Two connections made into one.

namespace grove::cmd {

/// Passes bytes on in both directions at once, neither faster than they are taken on the other
/// side. The end of one direction is passed on as that, and the other goes on; a failure of either
/// side ends both by a reset. Blocks until all has ended. Interrupted: both are left as they are.
void relay(socket& one, socket& other);

}  // namespace grove::cmd
