// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/line_options.hpp"
#include "cmd/pipe/stage.hpp"

#include <memory>

/// The stages that work on the items themselves: a block in, a block out.

namespace grove::cmd {

[[nodiscard]] std::unique_ptr<stage> make_stage(const match_options& options,
                                                const stage_setting& setting);
[[nodiscard]] std::unique_ptr<stage> make_stage(const prefix_options& options,
                                                const stage_setting& setting);
[[nodiscard]] std::unique_ptr<stage> make_stage(const count_options& options,
                                                const stage_setting& setting);
[[nodiscard]] std::unique_ptr<stage> make_stage(const batch_options& options,
                                                const stage_setting& setting);
[[nodiscard]] std::unique_ptr<stage> make_stage(const rate_options& options,
                                                const stage_setting& setting);

}  // namespace grove::cmd
