// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/environment.hpp"

#include <cstdlib>

namespace grove::cmd {

const char* environment_value(const std::string& name) noexcept {
    return std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): nobody writes it
}

}  // namespace grove::cmd
