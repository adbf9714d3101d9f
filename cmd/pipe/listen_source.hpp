// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/listen_place.hpp"
#include "cmd/pipe/source.hpp"

#include <memory>

namespace grove::cmd {

/// Items of many connections at once, each whole; the last of each ends with its connection. A full
/// queue holds up those who write. What a connection had begun when it broke is dropped, and told
/// to the ledger. Listens from now on, and says where.
/// Throws: `std::system_error` naming the address. `ledger` and `out` must outlive it.
[[nodiscard]] std::unique_ptr<source> make_listen_source(const listen_place& place, char item_end,
                                                         item_ledger& ledger, output& out);

}  // namespace grove::cmd
