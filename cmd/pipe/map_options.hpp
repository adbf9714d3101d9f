// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/each_options.hpp"

#include <grove/deadline.hpp>
#include <grove/process.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace grove::cmd {

/// `map`: programs that live on, and answer each item with one.
struct map_options {
    std::optional<std::size_t> jobs;  ///< workers; nothing: one a core
    std::optional<duration> timeout;  ///< for the answer to an item
    unsigned retries = 3;             ///< times that an item is sent again
    item_order order = item_order::input;
    std::vector<std::string> command;  ///< or one line for the shell
};

void describe(map_options& options, option_table& table);

/// The worker, with its streams left open.
[[nodiscard]] process_options worker_of(const map_options& options);

/// The program as messages call it.
[[nodiscard]] std::string worker_name(const map_options& options);

}  // namespace grove::cmd
