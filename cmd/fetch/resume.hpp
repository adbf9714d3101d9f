// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Going on with a body that was cut off: what must be known of it, what to ask the server, and
/// what its answer means for the bytes already there. Nothing here touches a file.
///
/// Only a strong validator may join two pieces (RFC 9110 13.1.5): an ETag without `W/`, or else a
/// Last-Modified at least one second before the answer's Date (8.8.2.2: then no second change can
/// hide in the same second). Without one, a transfer starts again from zero.

namespace grove::cmd {

/// The header values of a 200 that identify its bytes; empty: the header was absent.
struct validators {
    std::string etag = {};
    std::string last_modified = {};
    std::string date = {};

    friend bool operator==(const validators&, const validators&) = default;
};

/// Result: the If-Range value, or nullopt when nothing here is strong.
[[nodiscard]] std::optional<std::string> if_range_value(const validators& known);

/// A part on the disk that a request may continue.
struct resume_point {
    std::string url = {};                     ///< what it came from, without userinfo and fragment
    std::uint64_t offset = 0;                 ///< bytes there; above zero
    std::optional<std::uint64_t> total = {};  ///< size of the whole, where the server said it
    validators known = {};

    /// `bytes=<offset>-`.
    [[nodiscard]] std::string range() const;
    [[nodiscard]] std::string if_range() const;
};

/// `url` as a sidecar keeps it: without userinfo and fragment.
[[nodiscard]] std::string sidecar_url(std::string_view url);

/// True when `url` is what `point` came from: another URL's bytes are never joined, even under the
/// same ETag. Credentials and fragments do not count.
[[nodiscard]] bool continues(const resume_point& point, std::string_view url);

/// What a Content-Range says (RFC 9110 14.4). `first` and `last` are absent in `bytes */N`.
struct content_range {
    std::optional<std::uint64_t> first;
    std::optional<std::uint64_t> last;
    std::optional<std::uint64_t> total;
};

/// Result: nullopt for another unit, `last < first`, `last >= total`, or anything left over.
[[nodiscard]] std::optional<content_range> parse_content_range(std::string_view value);

/// The parts of an answer's head that decide. Views need to live during the call only.
struct body_head {
    int status = 0;
    std::string_view content_range = {};
    std::string_view content_type = {};
    std::string_view content_encoding = {};
    std::string_view etag = {};
    std::string_view last_modified = {};
    std::optional<std::uint64_t> content_length = {};
};

enum class body_use {
    from_zero,   ///< the whole body comes: drop what is there, write from the start
    append,      ///< the rest comes: write on at the offset
    complete,    ///< all bytes are there already: commit without a body
    ask_whole,   ///< this answer is of no use: drop the part and ask again without Range
    not_a_body,  ///< a redirect or an error: leave the part as it is
};

struct body_verdict {
    body_use use = body_use::not_a_body;
    std::optional<std::uint64_t> total = {};  ///< size of the whole file, where it is known
    std::string why = {};                     ///< for `ask_whole`: what did not fit
};

/// Judges an answer. `asked` is the point whose `range()` and `if_range()` were sent; null when the
/// request had no Range.
[[nodiscard]] body_verdict judge_answer(const resume_point* asked, const body_head& head);

}  // namespace grove::cmd
