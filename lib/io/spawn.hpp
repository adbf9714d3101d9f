// SPDX-License-Identifier: MIT
#pragma once

#include "base/unique_fd.hpp"

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// Starts a program in a child process: the one place where processes are made. The child shares
/// our memory until it has become the other program, as with vfork: nothing is copied, however
/// large we are, and what fails there is told through that memory. Until then this thread stands
/// still, and the child has no descriptor left but its three.

namespace grove::detail {

struct child_plan {
    std::vector<std::string> arguments;      ///< the first is what the program calls itself
    std::vector<std::string> programs;       ///< files to try, in this order
    std::vector<std::string> environment;    ///< as `NAME=value`
    bool has_environment = false;            ///< else it gets ours
    std::string folder;                      ///< empty: ours
    std::array<int, 3> streams{-1, -1, -1};  ///< what it gets as 0, 1, 2: above 2, or -1 for ours
    bool own_group = false;
    std::optional<std::size_t> descriptor_limit;
};

struct child {
    pid_t pid = -1;
    unique_fd pidfd;
};

/// Throws: `std::system_error` naming the call that failed and the program; no child is left then.
[[nodiscard]] child start_child(const child_plan& plan);

/// Where a program would be looked for: by its PATH when there is one in `environment`.
[[nodiscard]] std::vector<std::string> files_of_program(const std::string& program,
                                                        const char* search_path);

}  // namespace grove::detail
