// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace grove::cmd {

/// The style sheet of reports.
[[nodiscard]] std::string_view html_style() noexcept;

}  // namespace grove::cmd
