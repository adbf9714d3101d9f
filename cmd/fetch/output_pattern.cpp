// SPDX-License-Identifier: MIT
#include "cmd/fetch/output_pattern.hpp"

#include "cmd/common/percent_code.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/fetch/file_name.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace grove::cmd {

namespace {

// The authority's host, without userinfo and port; the brackets of an IPv6 address go with the
// characters that a name cannot have.
std::string host_part(std::string_view url) {
    const auto scheme = url.find("://");
    if (scheme == std::string_view::npos) {
        if (url.starts_with(':')) return "localhost";
    } else {
        url.remove_prefix(scheme + 3);
    }
    auto authority = url.substr(0, url.find_first_of("/?#"));
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        authority.remove_prefix(at + 1);
    }
    if (authority.starts_with('[')) {
        authority = authority.substr(1, std::min(authority.find(']'), authority.size()) - 1);
    } else {
        authority = authority.substr(0, authority.find(':'));
    }
    return safe_file_name(authority, name_origin::header);
}

// The folders of the URL's path, each made safe: `pub/linux`, or empty.
std::string folder_part(std::string_view url) {
    url = url.substr(0, url.find_first_of("?#"));
    const auto scheme = url.find("://");
    const auto slash = url.find('/', scheme == std::string_view::npos ? 0 : scheme + 3);
    if (slash == std::string_view::npos) return {};
    auto path = url.substr(slash + 1);
    path = path.substr(0, path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/'));
    std::string folders;
    while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        const auto part = path.substr(0, end);
        path.remove_prefix(std::min(end + 1, path.size()));
        if (part.empty() || part == ".") continue;
        if (!folders.empty()) folders += '/';
        folders += safe_file_name(percent_decode(part), name_origin::url);
    }
    return folders;
}

[[noreturn]] void refuse(const std::string& text) {
    throw std::invalid_argument(text);
}

}  // namespace

output_pattern output_pattern::parse(std::string_view text) {
    output_pattern pattern;
    if (text.empty()) refuse("an empty path for the output; write a file, or a folder with '/'");
    if (names_stdout(std::string(text))) {
        pattern.kind_ = kind::standard_output;
        pattern.folder_.clear();
        return pattern;
    }
    const bool dots = text == "." || text == ".." || text.ends_with("/.") || text.ends_with("/..");
    pattern.kind_ = dots || text.ends_with('/') ? kind::folder : kind::file;
    pattern.add_pieces(text);
    if (dots) pattern.add_text("/");
    pattern.split_folder();
    if (pattern.kind_ == kind::file) (void)checked_path(pattern.pieces_.front().text);
    return pattern;
}

void output_pattern::add_pieces(std::string_view text) {
    while (!text.empty()) {
        const auto brace = std::min(text.find_first_of("{}"), text.size());
        add_text(text.substr(0, brace));
        text.remove_prefix(brace);
        if (text.empty()) return;
        if (text.starts_with("{{") || text.starts_with("}}")) {
            add_text(text.substr(0, 1));
            text.remove_prefix(2);
            continue;
        }
        const auto close = text.find('}');
        if (text[0] == '}' || close == std::string_view::npos) {
            refuse("a brace without its partner in the output; write {{ or }} for a plain one");
        }
        add_placeholder(text.substr(1, close - 1));
        text.remove_prefix(close + 1);
    }
}

void output_pattern::add_text(std::string_view text) {
    if (text.empty()) return;
    if (pieces_.empty() || pieces_.back().kind != piece_kind::text) {
        pieces_.push_back({piece_kind::text, {}});
    }
    pieces_.back().text += text;
}

void output_pattern::add_placeholder(std::string_view name) {
    using entry = std::pair<std::string_view, piece_kind>;
    static constexpr std::array known{
        entry{"name", piece_kind::name},     entry{"stem", piece_kind::stem},
        entry{"ext", piece_kind::extension}, entry{"host", piece_kind::host},
        entry{"path", piece_kind::path},     entry{"n", piece_kind::number},
    };
    const auto* const found = std::ranges::find(known, name, &entry::first);
    if (found == known.end()) {
        refuse("{" + std::string(name) +
               "} is not known in an output name; there are {name} {stem} {ext} {host} {path} {n}");
    }
    pieces_.push_back({found->second, {}});
    kind_ = kind::file_template;
}

// Moves what stands before the last `/` of the leading text into folder_.
void output_pattern::split_folder() {
    if (pieces_.empty() || pieces_.front().kind != piece_kind::text) return;
    auto& head = pieces_.front().text;
    const auto slash = head.rfind('/');
    if (slash == std::string::npos) return;
    folder_ = slash == 0 ? "/" : head.substr(0, slash);
    head.erase(0, slash + 1);
    if (head.empty()) pieces_.erase(pieces_.begin());
}

std::string output_pattern::path(const name_source& source) const {
    std::string name = checked_path(source.out);
    if (name.empty() && !source.content_disposition.empty()) {
        name = content_disposition_name(source.content_disposition).value_or("");
    }
    if (name.empty()) name = url_file_name(source.url);
    if (kind_ == kind::folder) return name;
    std::string path;
    for (const auto& part : pieces_) path += fill(part, source, name);
    // A template that ends in `/` names a folder for each item.
    if (path.empty() || path.ends_with('/')) path += name;
    while (path.starts_with('/')) path.erase(0, 1);  // an empty placeholder before a slash
    return checked_path(path);
}

std::string output_pattern::fill(const piece& part, const name_source& source,
                                 std::string_view name) const {
    switch (part.kind) {
        case piece_kind::text:
            return part.text;
        case piece_kind::name:
            return std::string(name);
        case piece_kind::stem:
            return std::string(name.substr(0, extension_offset(name)));
        case piece_kind::extension:
            return std::string(name.substr(extension_offset(name)));
        case piece_kind::host:
            return host_part(source.url);
        case piece_kind::path:
            return folder_part(source.url);
        case piece_kind::number:
            return std::to_string(source.number);
    }
    return {};
}

bool output_pattern::follows_content_disposition() const noexcept {
    if (kind_ == kind::folder) return true;
    return std::ranges::any_of(pieces_, [](const piece& part) {
        return part.kind == piece_kind::name || part.kind == piece_kind::stem ||
               part.kind == piece_kind::extension;
    });
}

}  // namespace grove::cmd
