// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/sink.hpp"

#include <memory>
#include <string>

namespace grove::cmd {

/// Where the results for `path` are collected: a name that nobody else gives a file.
[[nodiscard]] std::string part_of(const std::string& path);

/// Collects what comes in `part_of(path)`, which becomes `path` when all is there, or what a
/// symbolic link leads to; a device or a FIFO is written as it is. Where what was noted is final, a
/// part that a run has left is gone on with. One process at a time writes a part. Throws: as
/// `make_sink`; `errc::device_or_resource_busy` when another process does.
[[nodiscard]] std::unique_ptr<sink> make_file_sink(const std::string& path, char item_end,
                                                   output& out, settlement* kept);

}  // namespace grove::cmd
