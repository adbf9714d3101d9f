// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/sink.hpp"

#include <memory>
#include <string>

namespace grove::cmd {

/// Collects what comes in `path`.part, which becomes `path` when all is there; a device or a FIFO
/// is written as it is. Where what was noted is final, a `path`.part that a run has left is gone on
/// with. Throws: as `make_sink`.
[[nodiscard]] std::unique_ptr<sink> make_file_sink(const std::string& path, char item_end,
                                                   output& out, settlement* kept);

}  // namespace grove::cmd
