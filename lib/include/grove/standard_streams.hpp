// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>
#include <grove/file.hpp>

/// Descriptors 0, 1 and 2, whatever they are: pipe, file, terminal, socket, device. Reading and
/// writing them waits in the hub.
///
///     for (std::string line; !(line = grove::standard_input().read_line()).empty();)
///         grove::standard_output().write_all(line);
///
/// They are shared with the shell and with other programs, so O_NONBLOCK is never set on them:
/// pipes and terminals are opened a second time, which gives flags of our own; sockets are asked
/// without blocking; and where neither can be, a thread of the pool waits. While one is in use, a
/// pipe therefore has one more end open: to let a reader find the end of the output, `close()` the
/// stream besides descriptor 1. Closing one closes the second descriptor, not 0, 1 or 2.
/// A file is read from and written at the position that all who inherited it share; what was read
/// ahead is given back when the stream is closed.
///
/// Nothing is kept back from writing: each `write_all` goes out. stdio and iostreams have buffers
/// of their own, so do not mix them on one descriptor.
/// One that was not open when it was first asked for throws EBADF.
/// Threads: each hub has its own; the references are valid until it ends.

namespace grove {

[[nodiscard]] GROVE_API file& standard_input();
[[nodiscard]] GROVE_API file& standard_output();
[[nodiscard]] GROVE_API file& standard_error();

}  // namespace grove
