// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/targets.hpp"
#include "cmd/pipe/sink.hpp"

#include <memory>

namespace grove::cmd {

/// True for where items can go: tcp, unix and exec.
[[nodiscard]] bool can_be_written(target_scheme scheme) noexcept;

/// Items to a peer, or to the input of a program for the shell, which are told the end when all is
/// written. What the kernel has taken counts as there.
/// Throws: `std::system_error` when there is no connection or no program.
[[nodiscard]] std::unique_ptr<sink> make_uri_sink(const target& to, settlement* kept);

}  // namespace grove::cmd
