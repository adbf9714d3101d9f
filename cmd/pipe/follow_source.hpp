// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/targets.hpp"
#include "cmd/pipe/source.hpp"

#include <memory>

namespace grove::cmd {

/// True for http, https, ws and wss.
[[nodiscard]] bool can_be_followed(target_scheme scheme) noexcept;

/// What a server sends, as it comes. A body is a stream of items that ends where it ends. Events of
/// `text/event-stream` and messages of a WebSocket are items; after their first connection, one
/// that breaks is made again, behind the last event's id, after pauses that grow to 5 s. A
/// WebSocket that is closed as one that has served its purpose (1000) is the end.
///
/// A body that is cut off is told to the ledger, and what came of it counts. The others must
/// outlive it. Throws: `std::invalid_argument`, `std::system_error` for what the options name.
[[nodiscard]] std::unique_ptr<source> make_follow_source(const target& from,
                                                         const pipe_options& options,
                                                         item_ledger& ledger, output& out);

}  // namespace grove::cmd
