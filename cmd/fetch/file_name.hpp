// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// File names out of what strangers send. A derived name is one path segment that is safe to create
/// in the output folder: no `/` or `\`, not `.` or `..`, no control characters (C0, C1, DEL, and
/// those that reorder text on a terminal), valid UTF-8, at most `max_name_bytes` long.

namespace grove::cmd {

/// What `.part` and its sidecar `.part.json` leave of the 255 bytes that Linux allows.
inline constexpr std::size_t max_name_bytes = 245;

/// Where a name came from. A header must not create a hidden file (`.bashrc` in a home folder); in
/// a URL that the person typed a leading dot is theirs.
enum class name_origin { url, header };

/// `raw` made safe: each offending character becomes `_`, surrounding blanks go, a long name loses
/// the end of its stem and keeps its extension. Result: never empty (`index.html`).
[[nodiscard]] std::string safe_file_name(std::string_view raw, name_origin origin);

/// The name that a URL gives: the last segment of its path, percent-decoded and made safe; without
/// query and fragment; `index.html` for an empty one.
[[nodiscard]] std::string url_file_name(std::string_view url);

/// The name that a Content-Disposition value gives, made safe. `filename*` wins over `filename`
/// (RFC 6266 section 4.3, RFC 8187); a path in it is cut down to its last part.
/// Result: nullopt without a usable name.
[[nodiscard]] std::optional<std::string> content_disposition_name(std::string_view value);

/// A path that the person gave in a list, normalised (`./a//b` is `a/b`).
/// Throws: `std::invalid_argument` when it is absolute, has a `..`, a control character, or a part
/// above `max_name_bytes`, or names a folder.
[[nodiscard]] std::string checked_path(std::string_view path);

/// At most `limit` bytes of `name`, cut before its extension and never inside a UTF-8 sequence.
[[nodiscard]] std::string shorten_name(std::string_view name, std::size_t limit);

/// Where the extension of `path` begins, its dot included; the size of `path` without one. A
/// leading dot starts no extension; `.tar.gz` and its kin count whole.
[[nodiscard]] std::size_t extension_offset(std::string_view path) noexcept;

}  // namespace grove::cmd
