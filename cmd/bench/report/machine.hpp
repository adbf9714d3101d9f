// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

/// What a measurement depends on besides the server and the plan. No name of a host or a person is
/// in it: results are shown to others.

namespace grove::cmd {

struct machine {
    std::string cpu;       ///< the model
    unsigned cores = 0;    ///< that this process may use
    std::string kernel;    ///< its release
    std::string governor;  ///< how the clock rate is chosen; empty: not told, as in most guests
    std::string grove;     ///< the version that measured

    friend bool operator==(const machine&, const machine&) = default;
};

[[nodiscard]] machine this_machine();

/// `cores 4, not 2`: a piece for each thing in which `now` is not `then`.
[[nodiscard]] std::vector<std::string> differences(const machine& then, const machine& now);

}  // namespace grove::cmd
