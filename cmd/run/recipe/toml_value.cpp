// SPDX-License-Identifier: MIT
// The only file that knows toml++.
#include "cmd/run/recipe/toml_value.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <utility>

namespace grove::cmd {
namespace {

/// Lines and columns, which count characters from 1, to bytes.
class place_finder {
 public:
    explicit place_finder(std::string_view source) : source_(source) {
        begins_.push_back(0);
        for (std::size_t at = 0; at < source.size(); ++at) {
            if (source[at] == '\n') begins_.push_back(at + 1);
        }
    }

    [[nodiscard]] std::size_t offset(toml::source_position place) const {
        if (place.line == 0) return 0;
        const std::size_t line = std::min<std::size_t>(place.line, begins_.size()) - 1;
        std::size_t at = begins_[line];
        for (toml::source_index column = 1; column < place.column && at < source_.size();
             ++column) {
            if (source_[at] == '\n') break;
            ++at;
            while (at < source_.size() && (static_cast<unsigned char>(source_[at]) & 0xC0) == 0x80)
                ++at;
        }
        return at;
    }

 private:
    std::string_view source_;
    std::vector<std::size_t> begins_;
};

class tree_maker {
 public:
    explicit tree_maker(std::string_view source) : source_(source), places_(source) {}

    toml_value make(const toml::node& from) {
        toml_value made;
        made.offset = places_.offset(from.source().begin);
        if (const auto* table = from.as_table()) {
            fill(made, *table);
        } else if (const auto* list = from.as_array()) {
            made.type = toml_type::list;
            for (const toml::node& each : *list) made.items.push_back(make(each));
        } else {
            fill_scalar(made, from);
        }
        return made;
    }

 private:
    void fill(toml_value& made, const toml::table& from) {
        for (const auto& [key, value] : from) {
            made.entries.push_back({.key = std::string(key.str()),
                                    .offset = places_.offset(key.source().begin),
                                    .value = make(value)});
        }
        std::ranges::stable_sort(made.entries, {}, &toml_entry::offset);
    }

    void fill_scalar(toml_value& made, const toml::node& from) const {
        if (const auto* text = from.as_string()) {
            made.type = toml_type::text;
            made.text = text->get();
        } else if (const auto* whole = from.as_integer()) {
            made.type = toml_type::integer;
            made.text = std::to_string(whole->get());
        } else if (const auto* real = from.as_floating_point()) {
            made.type = toml_type::real;
            made.text = fmt::format("{}", real->get());
        } else if (const auto* truth = from.as_boolean()) {
            made.type = toml_type::boolean;
            made.text = truth->get() ? "true" : "false";
        } else {
            made.type = toml_type::time;
            const std::size_t end = places_.offset(from.source().end);
            made.text = source_.substr(made.offset, end - made.offset);
        }
    }

    std::string_view source_;
    place_finder places_;
};

std::string in_lower_case(std::string_view what) {
    std::string text(what);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z')
        text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return text;
}

/// How many bytes of content the escape at `at` (a backslash) stands for, and how long it is.
struct escape {
    std::size_t length;
    std::size_t content;
};

escape read_escape(std::string_view source, std::size_t at) {
    const char kind = at + 1 < source.size() ? source[at + 1] : '\0';
    if (kind != 'u' && kind != 'U') return {2, 1};
    const std::size_t digits = kind == 'u' ? 4 : 8;
    const std::string hex(source.substr(at + 2, digits));
    const unsigned long code = std::strtoul(hex.c_str(), nullptr, 16);
    const std::size_t bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    return {2 + digits, bytes};
}

/// A backslash at the end of a line in """: the blanks behind it are no content.
std::size_t skip_folded(std::string_view source, std::size_t at) {
    std::size_t end = at + 1;
    while (end < source.size() && (source[end] == ' ' || source[end] == '\t')) ++end;
    if (end >= source.size() || (source[end] != '\n' && source[end] != '\r')) return at;
    while (end < source.size() &&
           std::string_view(" \t\r\n").find(source[end]) != std::string::npos)
        ++end;
    return end;
}

}  // namespace

const toml_value* toml_value::find(std::string_view key) const noexcept {
    const auto found = std::ranges::find(entries, key, &toml_entry::key);
    return found == entries.end() ? nullptr : &found->value;
}

std::string_view describe_type(toml_type type) noexcept {
    constexpr std::array<std::string_view, 7> names{
        "a text", "a whole number", "a number", "true or false", "a time", "a list", "a table"};
    return names.at(static_cast<std::size_t>(type));
}

toml_value read_toml(std::string_view source) {
    try {
        const toml::table root = toml::parse(source);
        return tree_maker(source).make(root);
    } catch (const toml::parse_error& e) {
        const place_finder places(source);
        throw toml_error(in_lower_case(e.description()), places.offset(e.source().begin));
    }
}

std::vector<std::size_t> places_of(std::string_view source, const toml_value& text) {
    const std::string_view rest = source.substr(text.offset);
    const char quote = rest.empty() ? '"' : rest.front();
    const std::string three(3, quote);
    const bool many_lines = rest.starts_with(three);
    std::size_t at = text.offset + (many_lines ? 3 : 1);
    // A line end right behind the opening quotes is no content.
    if (many_lines && source.substr(at).starts_with("\r\n")) ++at;
    if (many_lines && at < source.size() && source[at] == '\n') ++at;
    std::vector<std::size_t> places;
    while (places.size() < text.text.size() && at < source.size()) {
        if (quote == '"' && source[at] == '\\') {
            if (const std::size_t folded = skip_folded(source, at); many_lines && folded != at) {
                at = folded;
                continue;
            }
            const escape one = read_escape(source, at);
            places.insert(places.end(), one.content, at);
            at += one.length;
        } else {
            // A line that ends as on Windows has one byte of content there.
            const bool folded = source[at] == '\r' && text.text[places.size()] == '\n';
            places.push_back(at);
            at += folded ? 2 : 1;
        }
    }
    places.resize(text.text.size(), at);
    places.push_back(at);
    return places;
}

}  // namespace grove::cmd
