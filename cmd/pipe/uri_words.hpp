// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/stage_plan.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Words of a pipe that are URIs: where items come from, before the stages, and where they go,
/// behind the last `then`.

namespace grove::cmd {

/// The word begins with a scheme that a pipe knows.
[[nodiscard]] bool is_uri(std::string_view word) noexcept;

/// Result: what is wrong, and what to write instead.
[[nodiscard]] std::optional<std::string> read_uri_source(std::string_view word, source_plan& into);
[[nodiscard]] std::optional<std::string> read_uri_sink(std::string_view word, sink_plan& into);

}  // namespace grove::cmd
