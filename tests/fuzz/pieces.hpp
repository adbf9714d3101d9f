// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

/// What the fuzz targets of incremental readers share.

namespace grove_fuzz {

/// Gives a reader `bytes` by pieces of at most `piece`. `tell` is called with each step that is not
/// a wish for more, and says whether the reader may go on.
template <class Reader, class Tell>
void feed(Reader& reader, std::string_view bytes, std::size_t piece, Tell tell) {
    for (;;) {
        const auto what = reader.next();
        if (what != Reader::step::starved) {
            if (!tell(what)) return;
            continue;
        }
        if (bytes.empty()) return;
        const std::span<char> room = reader.room();
        const std::size_t count = std::min({piece, room.size(), bytes.size()});
        std::copy_n(bytes.data(), count, room.data());
        reader.filled(count);
        bytes.remove_prefix(count);
    }
}

/// Aborts with both where they differ.
inline void expect_equal(const std::string& one, const std::string& other, const char* what) {
    if (one == other) return;
    std::fprintf(stderr, "%s:\n  %s\n  %s\n", what, one.c_str(), other.c_str());
    std::abort();
}

inline void expect(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "%s\n", what);
    std::abort();
}

}  // namespace grove_fuzz
