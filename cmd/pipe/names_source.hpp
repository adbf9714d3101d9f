// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/source.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// Names of files as items: the first word `files`.
///
///     files 'dl/*.gz' more/last.gz then each -j4 gunzip {}

namespace grove::cmd {

/// The files that `words` name, in that order, what a pattern matches (glob(7)) in order of name. A
/// word that is a file's name is no pattern. Blocks for the disk. Throws: `stage_failed` where
/// nothing is named so, or where a name holds `item_end`.
[[nodiscard]] std::vector<std::string> expand_names(const std::vector<std::string>& words,
                                                    char item_end);

/// Without the first `skipped` names. Throws: as `expand_names`, when it runs.
[[nodiscard]] std::unique_ptr<source> make_names_source(std::vector<std::string> words,
                                                        char item_end, std::uint64_t skipped);

}  // namespace grove::cmd
