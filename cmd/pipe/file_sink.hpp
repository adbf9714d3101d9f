// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/sink.hpp"

#include <memory>
#include <string>

namespace grove::cmd {

/// Collects what comes in `path`.part, which becomes `path` when all is there; a device or a FIFO
/// is written as it is. Throws: as `make_sink`.
[[nodiscard]] std::unique_ptr<sink> make_file_sink(const std::string& path, output& out,
                                                   settlement* kept);

}  // namespace grove::cmd
