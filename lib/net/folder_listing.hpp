// SPDX-License-Identifier: MIT
#pragma once

#include "io/rooted_folder.hpp"
#include "net/static_path.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What a folder holds of what may be asked for, and the page that shows it.

namespace grove::http {

struct listed_entry {
    std::string name;
    bool folder = false;
    std::uint64_t size = 0;
    std::chrono::sys_seconds changed;
};

struct folder_listing {
    int error = 0;
    std::vector<listed_entry> entries;  ///< folders first, by name without regard to case
    bool has_more = false;              ///< than were read
};

/// Reads it, `most` entries at most. Links are told as what they lead to, if that may be seen.
/// Blocks the thread: it belongs into one of the pool.
[[nodiscard]] folder_listing read_listing(const detail::rooted_folder& root,
                                          const std::string& below, dot_names dots,
                                          std::size_t most);

/// HTML in UTF-8. It loads nothing, and all its links are relative, so that it does not matter
/// what the folder is served under. What of a name is not UTF-8 is shown as U+FFFD.
[[nodiscard]] std::string folder_page(std::string_view below, const folder_listing& listing);

}  // namespace grove::http
