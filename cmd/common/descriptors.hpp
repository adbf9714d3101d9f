// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

/// Descriptors that a run was given or has to budget: waiting on the inherited ones without
/// changing them, and the limit on their number.

namespace grove::cmd {

/// Parks the greenlet until a read, or a write, of `fd` would not block. Files and devices that are
/// always ready return at once. O_NONBLOCK is not touched: the shell shares the description.
/// Interrupted: nothing happened.
void wait_readable(int fd);
void wait_writable(int fd);

/// The soft limit on open descriptors, as children should have it.
[[nodiscard]] std::size_t descriptor_limit() noexcept;

/// Raises the soft limit on open descriptors to the hard one. Result: how many may be open.
std::size_t raise_descriptor_limit() noexcept;

/// Makes the process's table as large as most runs will need it; leaves the limit, which programs
/// that are started inherit. Call it while there is one thread: with two, Linux waits for all
/// processors each time that the table is doubled, 10 ms or so (`expand_fdtable` in fs/file.c).
void prepare_descriptor_table() noexcept;

/// Reads what is there, at most `size` bytes, parking while there is nothing. Result: 0 at the end.
/// Throws: `std::system_error` naming `what`.
[[nodiscard]] std::size_t read_some(int fd, char* into, std::size_t size, const std::string& what);

}  // namespace grove::cmd
