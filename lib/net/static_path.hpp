// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The path of a request as one below a folder. What two readers could understand in two ways is
/// refused, never repaired: a decoder that repairs is how paths leave folders.

namespace grove::http {

struct static_path {
    std::string below;    ///< `a/b`, decoded; `.` for the folder itself
    bool folder = false;  ///< it ended in `/`
};

enum class path_verdict : std::uint8_t {
    good,
    malformed,  ///< to be answered with 400
    hidden,     ///< to be answered as if it were not there
};

/// Names that begin with a dot: hidden but for `.well-known` (RFC 8615) at the top, or shown.
enum class dot_names : std::uint8_t { hidden, shown };

/// Reads `path`, which is still percent-encoded and has no query. It is decoded once. Refused are:
/// what does not begin with `/`; `%` without two hexadecimal digits; segments that are empty, `.`
/// or `..`; slashes in an encoding; backslashes and control characters in any.
/// `into` keeps its memory; after another verdict than good what it holds is not said.
[[nodiscard]] path_verdict read_static_path(std::string_view path, dot_names dots,
                                            static_path& into);

/// Whether `read_static_path` could ever give this name of a folder's entry.
[[nodiscard]] bool can_be_asked_for(std::string_view name, dot_names dots) noexcept;

/// Appends a name as a segment of a path: what is not unreserved (RFC 3986 2.3) is encoded.
void append_segment(std::string& to, std::string_view name);

}  // namespace grove::http
