// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/verb.hpp"

#include <memory>
#include <span>

namespace grove::cmd {

/// `grove run`, whose recipes can use `verbs`, which must outlive it.
[[nodiscard]] std::unique_ptr<invocation> prepare_run(std::span<const verb> verbs);

}  // namespace grove::cmd
