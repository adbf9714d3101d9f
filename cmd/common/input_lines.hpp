// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace grove::cmd {

/// The lines of a list that a person wrote: without line ends, and without empty lines and those
/// that begin with `#`. `path`: `-` is stdin. Blocks: the thread. Throws: `std::system_error`
/// naming the file.
[[nodiscard]] std::vector<std::string> input_lines(const std::string& path);

}  // namespace grove::cmd
