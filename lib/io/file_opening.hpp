// SPDX-License-Identifier: MIT
#pragma once

#include "io/file_backing.hpp"

#include <grove/deadline.hpp>
#include <grove/file.hpp>

#include <memory>
#include <string>

namespace grove::detail {

/// Opens, and finds out what it is. As the constructor of `file`.
std::unique_ptr<file_backing> open_backing(const std::string& path, const open_options& options,
                                           deadline until);

}  // namespace grove::detail
