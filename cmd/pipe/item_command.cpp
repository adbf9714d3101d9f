// SPDX-License-Identifier: MIT
#include "cmd/pipe/item_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::array shell_names{"$1", "${1", "$@", "${@", "$*", "${*"};

bool mentions(std::string_view text, std::string_view name) noexcept {
    return text.find(name) != std::string_view::npos;
}

std::string_view name_of(std::string_view path) noexcept {
    return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

std::string_view folder_of(std::string_view path) noexcept {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// A dot at the beginning of a name begins no extension.
std::string_view stem_of(std::string_view path) noexcept {
    const std::string_view name = name_of(path);
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return path;
    return path.substr(0, path.size() - (name.size() - dot));
}

bool is_plain(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_@%+=:,./-").find(c) != std::string_view::npos;
}

bool is_control(char c) noexcept {
    return (c >= 0 && c < ' ') || c == '\x7f';
}

}  // namespace

bool is_shell_line(const std::vector<std::string>& words) {
    return words.size() == 1 &&
           words.front().find_first_of(" \t\n|&;<>()$`\\\"'") != std::string::npos;
}

std::string shell_quoted(std::string_view word) {
    if (!word.empty() && std::ranges::all_of(word, is_plain)) return std::string(word);
    const bool escaped = std::ranges::any_of(word, is_control);
    std::string text = escaped ? "$'" : "'";
    for (const char c : word) {
        if (escaped && is_control(c))
            text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        else if (escaped && (c == '\'' || c == '\\'))
            text += {'\\', c};
        else if (c == '\'')
            text += "'\\''";
        else
            text += c;
    }
    return text += '\'';
}

item_command::word item_command::read_word(std::string_view text) {
    using named = std::pair<std::string_view, part>;
    constexpr std::array parts{named{"{}", part::item},    named{"{.}", part::stem},
                               named{"{/}", part::name},   named{"{//}", part::folder},
                               named{"{#}", part::number}, named{"{/.}", part::name_stem}};
    word read;
    std::string plain;
    while (!text.empty()) {
        const auto* const found = std::ranges::find_if(
            parts, [&](const named& each) { return text.starts_with(each.first); });
        if (found == parts.end()) {
            plain += text.front();
            text.remove_prefix(1);
            continue;
        }
        if (!plain.empty()) read.push_back({part::text, std::exchange(plain, {})});
        read.push_back({found->second});
        text.remove_prefix(found->first.size());
    }
    if (!plain.empty() || read.empty()) read.push_back({part::text, std::move(plain)});
    return read;
}

std::string item_command::fill(const word& pattern, std::string_view item, std::uint64_t number) {
    std::string filled;
    for (const piece& each : pattern) {
        switch (each.what) {
            case part::text:
                filled += each.text;
                break;
            case part::item:
                filled += item;
                break;
            case part::stem:
                filled += stem_of(item);
                break;
            case part::name:
                filled += name_of(item);
                break;
            case part::folder:
                filled += folder_of(item);
                break;
            case part::name_stem:
                filled += stem_of(name_of(item));
                break;
            case part::number:
                filled += std::to_string(number);
                break;
        }
    }
    return filled;
}

std::optional<std::string> item_command::parse(const std::vector<std::string>& words,
                                               item_command& into) {
    if (words.empty()) return "needs a command";
    item_command read;
    if (is_shell_line(words)) {
        read.shell_ = words.front();
        const bool takes_item = std::ranges::any_of(
            shell_names, [&](const char* name) { return mentions(read.shell_, name); });
        for (const char* const part : {"{}", "{.}", "{/}", "{//}", "{/.}", "{#}"}) {
            if (!takes_item && mentions(read.shell_, part)) {
                return fmt::format("has {} in a line for the shell, where the item is \"$1\"",
                                   part);
            }
        }
        if (!takes_item) read.shell_ += " \"$@\"";
        into = std::move(read);
        return std::nullopt;
    }
    bool takes_item = false;
    for (const std::string& each : words) {
        read.words_.push_back(read_word(each));
        takes_item = takes_item || std::ranges::any_of(read.words_.back(), [](const piece& one) {
                         return one.what != part::text;
                     });
    }
    if (!takes_item) read.words_.push_back({{part::item}});
    into = std::move(read);
    return std::nullopt;
}

process_options item_command::options(std::string_view item, std::uint64_t number) const {
    process_options made;
    made.shell = shell_;
    if (!shell_.empty()) made.command.emplace_back(item);
    made.command.reserve(words_.size());
    for (const word& each : words_) made.command.push_back(fill(each, item, number));
    return made;
}

std::string item_command::text(std::string_view item, std::uint64_t number) const {
    const process_options made = options(item, number);
    std::string text;
    if (!shell_.empty()) text = "sh -c " + shell_quoted(shell_) + " sh";
    for (const std::string& each : made.command) {
        if (!text.empty()) text += ' ';
        text += shell_quoted(each);
    }
    return text;
}

bool item_command::has_fixed_program() const noexcept {
    return !shell_.empty() || std::ranges::all_of(words_.front(), [](const piece& one) {
        return one.what == part::text;
    });
}

std::string_view item_command::program() const noexcept {
    return shell_.empty() ? std::string_view(words_.front().front().text) : "sh";
}

}  // namespace grove::cmd
