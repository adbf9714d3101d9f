// SPDX-License-Identifier: MIT
#pragma once

#include <grove/file.hpp>

#include <sys/types.h>

#include <optional>
#include <string>

/// Which file a name means, and which process may write it.

namespace grove::cmd {

/// A file, whatever it is called.
struct file_identity {
    dev_t device = 0;
    ino_t number = 0;
    friend bool operator==(const file_identity&, const file_identity&) = default;
};

/// Nothing where there is none. A symbolic link is the file that it leads to.
[[nodiscard]] std::optional<file_identity> identity_of(const std::string& path) noexcept;

/// Where `path` leads if it is a symbolic link to something; else the path as it is.
[[nodiscard]] std::string target_of_link(const std::string& path);

/// Takes flock(2) on a file that this process alone is to write, until it is closed. Where the file
/// system has no locks there is nothing to take. Blocks: never.
/// Throws: `std::system_error` with `errc::device_or_resource_busy` when another process has it.
void lock_file(int fd, const std::string& shown);

/// Opens and locks a plain file that others may be renaming; not by a symbolic link.
/// Throws: as `file` and `lock_file` do.
[[nodiscard]] file open_locked(const std::string& path, const open_options& how);

/// Until the disk has the names in the folder that `path` is in. Throws: `std::system_error`.
void sync_folder_of(const std::string& path);

}  // namespace grove::cmd
