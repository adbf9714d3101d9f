// SPDX-License-Identifier: MIT
#pragma once

#include "base/unique_fd.hpp"
#include "io/rooted_folder.hpp"

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

/// What the disk has under a path, with all that answering needs of it. In the page cache this
/// takes microseconds; where a disk must be asked it belongs into a thread of the pool.

namespace grove::http {

struct found_file {
    detail::unique_fd fd;

    struct stat about {};

    std::optional<std::string> content;  ///< of a small one, whole
};

enum class found_kind : std::uint8_t { nothing, file, folder, other };

struct lookup_result {
    int error = 0;
    found_kind kind = found_kind::nothing;
    found_file plain;
    std::optional<found_file> gzip;
    std::optional<found_file> brotli;
};

struct lookup_wishes {
    bool precompressed = false;  ///< look for `.gz` and `.br` too
    std::size_t small_file = 0;  ///< bytes; read those up to it
};

/// Opens `below`. With `in_cache` the error is EAGAIN when a disk would have to be asked.
[[nodiscard]] lookup_result look_up(const detail::rooted_folder& root, const std::string& below,
                                    const lookup_wishes& wishes, detail::rooted_folder::effort how);

}  // namespace grove::http
