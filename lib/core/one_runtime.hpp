// SPDX-License-Identifier: MIT
#pragma once

namespace grove::detail {

/// Two copies of the runtime in a process (the archive in the program, the shared library under a
/// plugin) would each have a hub a thread, and a greenlet of one would block those of the other.
/// Each copy carries an ELF note; this counts them, once, among what is loaded. What is loaded
/// later is found when the copy in it makes its first hub.
/// Throws: `std::logic_error` naming the files, again at each call.
void check_one_runtime();

}  // namespace grove::detail
