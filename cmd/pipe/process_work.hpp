// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/each_options.hpp"
#include "cmd/pipe/item_stage.hpp"

#include <memory>

namespace grove::cmd {

/// `each`: a process an item. Throws: `std::system_error` when the job log cannot be written.
[[nodiscard]] std::unique_ptr<stage> make_stage(const each_options& options,
                                                const stage_setting& setting);

}  // namespace grove::cmd
