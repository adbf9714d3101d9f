// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace grove::cmd {

class option_table;

/// Takes a stage's own options off the front of its words: `-j4`, `-j 4`, `--timeout=10s`,
/// `--timeout 10s`. They end at the first other word, or after `--`.
/// Result: what is wrong, as a rest of a sentence that begins with the stage's name.
[[nodiscard]] std::optional<std::string> take_stage_options(option_table& table,
                                                            std::vector<std::string>& words);

}  // namespace grove::cmd
