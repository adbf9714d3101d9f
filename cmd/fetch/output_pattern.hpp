// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// `-o`: where the bodies go. `out/` is a folder, `-` stdout, `{name}` makes a template, anything
/// else is one file. Placeholders: `{name}` the file name, `{stem}` and `{ext}` its two parts
/// (`ext` with its dot), `{host}` the URL's host, `{path}` the folders of the URL's path, `{n}` the
/// item's number from 1; `{{` and `}}` stand for braces.
///
///     auto pattern = output_pattern::parse("mirror/{host}/{name}");
///     pattern.folder();                                          // "mirror"
///     pattern.path({.url = "https://h.example/pub/a.iso"});      // "h.example/a.iso"

namespace grove::cmd {

/// What a name is made from. The views need to live during the call only.
struct name_source {
    std::string_view url = {};  ///< the item's own URL: never one that a redirect led to, for a
                                ///< server must not choose the names of files
    std::string_view out = {};  ///< the list's name; wins over all that is derived
    std::string_view content_disposition = {};  ///< the header's value, once it is known
    std::uint64_t number = 1;
};

class output_pattern {
 public:
    enum class kind { folder, file_template, file, standard_output };

    /// The current folder.
    output_pattern() = default;

    /// Throws: `std::invalid_argument` for an unknown placeholder or an unclosed brace.
    [[nodiscard]] static output_pattern parse(std::string_view text);

    [[nodiscard]] kind what() const noexcept { return kind_; }

    /// The part without placeholders that all paths start with: the folder to open once. `.` when
    /// there is none; empty for stdout.
    [[nodiscard]] const std::string& folder() const noexcept { return folder_; }

    /// The item's path below `folder()`: safe to create there, since no derived part holds a `/` or
    /// is `..`. Throws: `std::invalid_argument` when `source.out` is unusable (see `checked_path`)
    /// or the whole has a part above 245 bytes.
    [[nodiscard]] std::string path(const name_source& source) const;

    /// True when a Content-Disposition can change the path of an item without a name of its own.
    [[nodiscard]] bool follows_content_disposition() const noexcept;

 private:
    enum class piece_kind : unsigned char { text, name, stem, extension, host, path, number };

    struct piece {
        piece_kind kind = piece_kind::text;
        std::string text;
    };

    void add_pieces(std::string_view text);
    void add_placeholder(std::string_view name);
    void add_text(std::string_view text);
    void split_folder();
    [[nodiscard]] std::string fill(const piece& part, const name_source& source,
                                   std::string_view name) const;

    kind kind_ = kind::folder;
    std::string folder_ = ".";
    std::vector<piece> pieces_;
};

}  // namespace grove::cmd
