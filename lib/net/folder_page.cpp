// SPDX-License-Identifier: MIT
#include "net/folder_listing.hpp"
#include "net/utf8_check.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>

namespace grove::http {
namespace {

constexpr std::string_view style = R"(
:root { color-scheme: light dark; --line: #8884; --quiet: #777; --link: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --quiet: #999; --link: #8ab4f8; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.25rem; font-weight: 600; overflow-wrap: anywhere; }
a { color: var(--link); text-decoration: none; }
a:hover, a:focus { text-decoration: underline; }
table { width: 100%; border-collapse: collapse; }
th { text-align: left; font-weight: 500; color: var(--quiet); }
th, td { padding: .35rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td:first-child { overflow-wrap: anywhere; }
th + th, td + td { text-align: right; white-space: nowrap; color: var(--quiet);
  font-variant-numeric: tabular-nums; }
p { color: var(--quiet); }
@media (max-width: 34rem) { th:last-child, td:last-child { display: none; } }
)";

void append_escaped(std::string& to, char c) {
    switch (c) {
        case '&':
            to += "&amp;";
            break;
        case '<':
            to += "&lt;";
            break;
        case '>':
            to += "&gt;";
            break;
        case '"':
            to += "&quot;";
            break;
        case '\'':
            to += "&#39;";
            break;
        default:
            to += c;
    }
}

std::size_t size_by_lead(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
}

/// As text between tags or in an attribute.
void append_text(std::string& to, std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = std::min(size_by_lead(text[0]), text.size());
        const std::string_view character = text.substr(0, size);
        const bool good = is_utf8(character);
        if (!good)
            to += "\xEF\xBF\xBD";
        else if (size == 1)
            append_escaped(to, text[0]);
        else
            to += character;
        text.remove_prefix(good ? size : 1);
    }
}

/// `0 B`, `999 B`, `1.0 KiB`, `15 KiB`.
std::string size_text(std::uint64_t size) {
    constexpr std::array<std::string_view, 6> units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (size < 1024) return fmt::format("{} B", size);
    auto value = static_cast<double>(size) / 1024;
    std::size_t unit = 0;
    for (; value >= 1023.5 && unit + 1 < units.size(); ++unit) value /= 1024;
    return value < 9.95 ? fmt::format("{:.1f} {}", value, units[unit])
                        : fmt::format("{:.0f} {}", value, units[unit]);
}

/// Each folder on the way a link, the last one not.
void append_way(std::string& to, std::string_view below) {
    if (below == ".") {
        to += "/";
        return;
    }
    std::string up;
    for (auto steps = std::ranges::count(below, '/') + 1; steps > 0; --steps) up += "../";
    to += fmt::format(R"(<a href="{}">/</a> )", up);
    while (!below.empty()) {
        const std::size_t end = std::min(below.find('/'), below.size());
        const bool last = end == below.size();
        up.resize(up.size() - 3);
        if (!last) to += fmt::format(R"(<a href="{}">)", up);
        to += "<bdi>";
        append_text(to, below.substr(0, end));
        to += last ? "</bdi>/" : "</bdi></a>/ ";
        below.remove_prefix(std::min(end + 1, below.size()));
    }
}

void append_row(std::string& to, const listed_entry& entry) {
    const std::string_view slash = entry.folder ? "/" : "";
    to += R"(<tr><td><a href=")";
    append_segment(to, entry.name);
    to += fmt::format(R"({}"><bdi>)", slash);
    append_text(to, entry.name);
    to += fmt::format("</bdi>{}</a></td><td>", slash);
    if (!entry.folder) to += size_text(entry.size);
    // What calendars do not hold is shown as the year 9999.
    constexpr std::int64_t last = 253'402'300'799;
    const auto changed =
        std::clamp<std::int64_t>(entry.changed.time_since_epoch().count(), 0, last);
    to += fmt::format(
        "</td><td><time datetime=\"{0:%Y-%m-%dT%H:%M:%SZ}\">{0:%Y-%m-%d %H:%M}"
        "</time></td></tr>\n",
        fmt::gmtime(static_cast<std::time_t>(changed)));
}

}  // namespace

std::string folder_page(std::string_view below, const folder_listing& listing) {
    std::string name = "/";
    if (below != ".") name.append(below).append("/");
    std::string page =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>";
    append_text(page, name);
    page += fmt::format("</title>\n<style>{}</style>\n</head>\n<body>\n<h1>", style);
    append_way(page, below);
    page += "</h1>\n<table>\n<tr><th>Name</th><th>Size</th><th>Changed (UTC)</th></tr>\n";
    if (below != ".") page += "<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n";
    for (const listed_entry& entry : listing.entries) append_row(page, entry);
    page += "</table>\n";
    if (listing.entries.empty()) page += "<p>Nothing here.</p>\n";
    if (listing.has_more)
        page += fmt::format("<p>There are more than these {}.</p>\n", listing.entries.size());
    page += "</body>\n</html>\n";
    return page;
}

}  // namespace grove::http
