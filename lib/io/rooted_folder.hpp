// SPDX-License-Identifier: MIT
#pragma once

#include "base/unique_fd.hpp"

#include <cstdint>
#include <string>

/// What lies below one folder, and nothing else: for paths that strangers write. Where symbolic
/// links may be followed at all they must stay below the folder, at the moment of opening, whatever
/// is renamed meanwhile.

namespace grove::detail {

struct rooted_opening {
    unique_fd fd;
    int error = 0;  ///< EXDEV or ELOOP: the path would leave the folder
};

class rooted_folder {
 public:
    /// Who walks the path. `kernel`: openat2(2), Linux 5.6; links that stay below are followed,
    /// unless they are absolute. `steps`: folder by folder; no link is followed.
    enum class walk : std::uint8_t { kernel, steps };

    /// `in_cache`: fails with EAGAIN when the disk would have to be asked; `steps` always does.
    enum class effort : std::uint8_t { in_cache, full };

    /// The folder itself may be reached through links. Throws: `std::system_error`.
    explicit rooted_folder(const std::string& path);
    rooted_folder(const std::string& path, walk by);

    /// Opens `below`, a relative path without `..`, `.` for the folder itself. O_CLOEXEC, O_NOCTTY
    /// and O_NONBLOCK are added to `flags`, which create nothing. EAGAIN with `full`: folders were
    /// renamed all the time. Threads: any.
    [[nodiscard]] rooted_opening open(const std::string& below, int flags,
                                      effort how) const noexcept;

    [[nodiscard]] walk walked_by() const noexcept { return walk_; }

 private:
    unique_fd fd_;
    walk walk_;
};

}  // namespace grove::detail
