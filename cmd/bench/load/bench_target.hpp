// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/load/load_protocol.hpp"
#include "cmd/bench/load/text_script.hpp"
#include "cmd/common/targets.hpp"

#include <string_view>

/// A target of a bench as it was typed: where it is, what is spoken there, and text with slots
/// where others have a path.

namespace grove::cmd {

struct bench_target {
    load_protocol protocol = load_protocol::http;
    target place;          ///< without what follows the authority
    text_script resource;  ///< path and query, or a DNS name and its type
};

/// Throws: `std::invalid_argument`, saying what is wrong with `url`; `std::system_error` naming a
/// file of a slot. Blocks: the thread, on such files.
[[nodiscard]] bench_target parse_bench_target(std::string_view url);

}  // namespace grove::cmd
