// SPDX-License-Identifier: MIT
#include "cmd/bench/report/wall_time.hpp"

#include <fmt/chrono.h>

namespace grove::cmd {

std::string show_wall_time(wall_time at) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(at)));
}

}  // namespace grove::cmd
