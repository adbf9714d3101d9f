// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The files of a folder as answers to HTTP requests. Says what is to be answered and sends
/// nothing: a server hands in what it read and sends what comes back.
///
///     grove::static_files site("./dist", {.single_page = true});
///     grove::static_request asked{.method = "GET", .target = "/app.js?v=3"};
///     asked.add("Accept-Encoding", "br, gzip");
///     const grove::static_answer told = site.answer(asked);
///
/// Nothing outside of the folder is ever shown, whatever is in the request's path and wherever
/// symbolic links lead: they are followed while they stay below the folder and are not absolute.
/// Names that begin with a dot are not there, except `.well-known` at the top (RFC 8615). Only
/// regular files and folders are shown.
/// Conditions and ranges are those of RFC 9110, sections 13 and 14. A request for several ranges
/// gets the whole, which the RFC allows: answering them lets a small request ask for much.
/// An entity tag is made of the file's inode, size and time of change in nanoseconds, so a file
/// that is replaced or written to gets another, and it is strong: fit to put a download together.
/// A file that changed within the last clock tick could change again unseen; its tag is weak, for a
/// moment.
/// `name.br` and `name.gz` beside `name` are sent instead of it to whoever accepts them, unless
/// they are older than it.
///
/// Files that were answered are kept open, or whole when they are small, and looked at again when
/// `valid` has passed; what has been replaced or written to is seen then.
/// Blocks: what may have to ask a disk runs in `thread_pool::shared()`.
/// Interrupted: nothing happened. Threads: the hub's own; each hub has one of its own.

namespace grove {

struct static_field {
    std::string_view name;
    std::string_view value;

    friend bool operator==(const static_field&, const static_field&) = default;
};

/// What of a request decides about the answer, as views into it.
struct GROVE_API static_request {
    std::string_view method;
    std::string_view target;  ///< `/path?query`, still encoded, without what the folder is under

    /// The fields that matter, empty when they are not there.
    std::string_view accept = {};
    std::string_view accept_encoding = {};
    std::string_view if_match = {};
    std::string_view if_none_match = {};
    std::string_view if_modified_since = {};
    std::string_view if_unmodified_since = {};
    std::string_view range = {};
    std::string_view if_range = {};

    /// Where values go that came on several lines.
    std::forward_list<std::string> joined = {};

    /// Takes a field of the request if it matters. Its value must live as long as this does.
    void add(std::string_view name, std::string_view value);
};

/// What to answer. Valid as long as it lives, whatever becomes of the files and of what made it.
class GROVE_API static_answer {
 public:
    static_answer() = default;

    [[nodiscard]] unsigned status() const noexcept { return status_; }

    /// All fields but Content-Length, Date and those of the connection.
    [[nodiscard]] std::span<const static_field> fields() const noexcept { return fields_; }

    /// The body's size in bytes. For HEAD it and all else are as for GET, and no body is sent; nor
    /// is one with 304.
    [[nodiscard]] std::uint64_t length() const noexcept { return length_; }

    /// The body, where it is in memory.
    [[nodiscard]] std::string_view text() const noexcept { return text_; }

    /// Otherwise: the file that it is a part of, open until the answer is gone; -1 without one. The
    /// descriptor is shared: read from it with pread(2) or sendfile(2) and an offset. A file that
    /// has become shorter meanwhile ends early.
    [[nodiscard]] int fd() const noexcept { return fd_; }

    [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }

 private:
    friend class static_answer_maker;

    unsigned status_ = 0;
    int fd_ = -1;
    std::span<const static_field> fields_;
    std::string_view text_;
    std::uint64_t offset_ = 0;
    std::uint64_t length_ = 0;
    std::shared_ptr<const void> kept_;  // what the views and the descriptor are of
};

/// A media type for files whose names end in `.extension`.
struct static_type {
    std::string extension;
    std::string type;
};

struct static_files_options {
    std::string index = "index.html";  ///< what a folder is answered with
    bool list_folders = true;          ///< one without it gets a page of its names; else 403
    bool dot_files = false;            ///< names that begin with a dot are shown
    bool precompressed = true;         ///< `.br` and `.gz` are looked for
    /// What is not there gets the top's `index` with 200, if its name has no extension and the
    /// request accepts text/html.
    bool single_page = false;
    std::string cache_control = {};       ///< the field's value; not sent when empty
    std::vector<static_type> types = {};  ///< before the built-in ones

    duration valid = std::chrono::seconds(1);  ///< until a kept file is looked at again
    std::size_t most_files = 1024;             ///< that are kept; the least recently used goes
    std::size_t most_open = 256;               ///< descriptors that are kept
    std::size_t small_file = std::size_t{16} << 10;   ///< bytes; up to it the content is kept
    std::size_t most_content = std::size_t{8} << 20;  ///< bytes of content that are kept
    std::size_t most_listed = 10'000;                 ///< names on a folder's page
};

class GROVE_API static_files {
 public:
    /// Of what was at `folder` then, also when it is renamed.
    /// Throws: `std::system_error`; `std::invalid_argument` for options that cannot be.
    explicit static_files(const std::string& folder, static_files_options options = {});
    static_files(static_files&&) noexcept;
    static_files& operator=(static_files&&) noexcept;
    ~static_files();

    /// Never fails for the sake of the request or of a file: 400, 403, 404, 405, 412, 416, 500 and
    /// 503 are answers. Throws: `errc::timed_out` when `until` came first.
    [[nodiscard]] static_answer answer(const static_request& request, deadline until = never);

 private:
    class site;

    std::unique_ptr<site> site_;
};

}  // namespace grove
