// SPDX-License-Identifier: MIT
#pragma once

#include <string>

/// Reports go to files when a run is over; whether they can is asked before it begins.

namespace grove::cmd {

/// Blocks: the thread, for a file is made beside `path` and removed.
/// Throws: `std::system_error` naming `option` and `path` where `grove::write_file_atomically`
/// would fail.
void check_report_file(const std::string& option, const std::string& path);

}  // namespace grove::cmd
