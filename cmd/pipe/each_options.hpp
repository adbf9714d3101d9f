// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/item_command.hpp"

#include <grove/deadline.hpp>

#include <cstddef>
#include <optional>
#include <string>

/// What the stages that run programs can be told.

namespace grove::cmd {

class option_table;

/// In which order results go on.
enum class item_order : unsigned char {
    input,  ///< as the items came
    any,    ///< as they are done
};

/// `each`: a process an item.
struct each_options {
    std::optional<std::size_t> jobs;  ///< at once; nothing: one a core
    std::optional<duration> timeout;  ///< of one attempt
    unsigned retries = 0;
    item_order order = item_order::input;
    std::string joblog;  ///< empty: none
    item_command command;
};

void describe(each_options& options, option_table& table);

/// `jobs`, or the number of cores that we may use.
[[nodiscard]] std::size_t jobs_of(const std::optional<std::size_t>& jobs) noexcept;

}  // namespace grove::cmd
