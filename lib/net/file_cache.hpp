// SPDX-License-Identifier: MIT
#pragma once

#include "net/served_file.hpp"

#include <grove/deadline.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

/// Files that were answered, by their paths. Bounded in files, descriptors and bytes: what was used
/// least recently goes. What is not there is not kept.

namespace grove::http {

struct cache_bounds {
    std::size_t files = 0;
    std::size_t descriptors = 0;
    std::size_t content = 0;  ///< bytes
};

class file_cache {
 public:
    explicit file_cache(const cache_bounds& bounds) : bounds_(bounds) {}

    /// What is kept under `key`, valid until the next call; null when nothing is. A find is a use.
    /// Takes no memory.
    [[nodiscard]] const served_set* find(std::string_view key) noexcept;

    /// The same, if it is valid beyond `now`.
    [[nodiscard]] const served_set* find_valid(std::string_view key, deadline now) noexcept;

    /// Keeps it, in the place of what was there. What alone is beyond the bounds is not kept.
    void keep(std::string_view key, const served_set& files, deadline valid_until);
    void drop(std::string_view key) noexcept;
    void clear() noexcept;

    [[nodiscard]] std::size_t files() const noexcept { return entries_.size(); }

    [[nodiscard]] std::size_t descriptors() const noexcept { return used_.descriptors; }

    [[nodiscard]] std::size_t content() const noexcept { return used_.content; }

 private:
    struct entry {
        std::string key;
        served_set files;
        deadline valid_until;
    };

    using place = std::list<entry>::iterator;

    void remove(place at) noexcept;

    cache_bounds bounds_;
    cache_bounds used_;
    std::list<entry> entries_;  // the last used first
    std::unordered_map<std::string_view, place> places_;
};

}  // namespace grove::http
