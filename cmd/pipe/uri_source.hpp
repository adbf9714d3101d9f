// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/targets.hpp"
#include "cmd/pipe/source.hpp"

#include <memory>

namespace grove::cmd {

/// True for what items can come from: tcp, unix, exec and file.
[[nodiscard]] bool can_be_read(target_scheme scheme) noexcept;

/// Items that a peer or a program writes, until it closes. A program that does not end well is told
/// to the ledger. Both must outlive it.
[[nodiscard]] std::unique_ptr<source> make_uri_source(const target& from, char item_end,
                                                      item_ledger& ledger);

}  // namespace grove::cmd
