// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/text_template.hpp"

#include "cmd/common/base64.hpp"
#include "cmd/common/json_text.hpp"
#include "cmd/common/percent_code.hpp"
#include "cmd/common/suggestion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::size_t longest_text = std::size_t{64} << 10;
constexpr std::string_view blanks = " \t\r\n";

using filter = text_template::filter;

struct filter_name {
    std::string_view name;
    filter::kind what;
};

constexpr std::array filters{
    filter_name{"json", filter::kind::json},     filter_name{"url", filter::kind::url},
    filter_name{"base64", filter::kind::base64}, filter_name{"shell", filter::kind::shell},
    filter_name{"trim", filter::kind::trim},     filter_name{"default", filter::kind::fallback}};

/// `{{seq}}`, `{{rand 1 9}}` and `{{line FILE}}` are what `grove bench` fills in for each request.
/// Result: the length of such a slot at the front of `text`, with its braces; 0: there is none.
std::size_t slot_length(std::string_view text) noexcept {
    const std::size_t close = text.find("}}");
    if (close == std::string_view::npos) return 0;
    const std::string_view inside = text.substr(2, close - 2);
    const auto takes_words = [&](std::string_view slot) {
        if (!inside.starts_with(slot)) return false;
        const std::size_t word = inside.find_first_not_of(blanks, slot.size());
        return word > slot.size() && word != std::string_view::npos && inside[word] != '|';
    };
    return inside == "seq" || takes_words("rand") || takes_words("line") ? close + 2 : 0;
}

bool is_name_byte(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

/// Reads what stands between `{{` and `}}`.
class reader {
 public:
    reader(std::string_view text, std::size_t at) : text_(text), at_(at) {}

    /// Result: what is wrong; the place behind `}}` is then not known.
    std::optional<text_error> read(text_template::piece& into) {
        skip_blanks();
        into.offset = at_;
        if (peek() == '"') {
            if (auto wrong = read_quoted(into.text)) return wrong;
        } else {
            into.is_name = true;
            if (auto wrong = read_word(into.text, "a name")) return wrong;
        }
        for (skip_blanks(); peek() == '|'; skip_blanks()) {
            ++at_;
            if (auto wrong = read_filter(into)) return wrong;
        }
        if (text_.substr(at_, 2) != "}}") {
            return text_error{at_ == text_.size() ? "{{ is not closed" : "only filters may follow",
                              at_, "write {{name}} or {{name | filter}}"};
        }
        at_ += 2;
        return std::nullopt;
    }

    [[nodiscard]] std::size_t at() const noexcept { return at_; }

 private:
    [[nodiscard]] char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }

    void skip_blanks() noexcept {
        while (at_ < text_.size() && blanks.find(text_[at_]) != std::string_view::npos) ++at_;
    }

    std::optional<text_error> read_word(std::string& into, const char* what) {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_name_byte(text_[at_])) ++at_;
        if (at_ == begin) {
            return text_error{fmt::format("{} is expected here", what), at_,
                              "to write braces: {{\"{{\"}}"};
        }
        into = std::string(text_.substr(begin, at_ - begin));
        return std::nullopt;
    }

    std::optional<text_error> read_quoted(std::string& into) {
        const std::size_t end = text_.find('"', at_ + 1);
        if (end == std::string_view::npos) return text_error{"the quote is not closed", at_, {}};
        into = std::string(text_.substr(at_ + 1, end - at_ - 1));
        at_ = end + 1;
        return std::nullopt;
    }

    std::optional<text_error> read_filter(text_template::piece& into) {
        skip_blanks();
        const std::size_t begin = at_;
        std::string name;
        if (auto wrong = read_word(name, "a filter")) return wrong;
        const auto* const found = std::ranges::find(filters, name, &filter_name::name);
        if (found == filters.end()) {
            std::array<std::string_view, filters.size()> names;
            std::ranges::transform(filters, names.begin(), &filter_name::name);
            return text_error{fmt::format("there is no filter \"{}\"", name), begin,
                              fmt::format("filters are {}", fmt::join(names, ", "))};
        }
        filter made{found->what};
        skip_blanks();
        if (found->what == filter::kind::fallback) {
            if (peek() != '"') return text_error{"default needs a text", at_, "default \"x\""};
            if (auto wrong = read_quoted(made.argument)) return wrong;
        }
        into.filters.push_back(std::move(made));
        return std::nullopt;
    }

    std::string_view text_;
    std::size_t at_;
};

std::string trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return std::string(text.substr(begin, text.find_last_not_of(blanks) + 1 - begin));
}

std::string shell_word(std::string_view text) {
    std::string word = "'";
    for (const char c : text) {
        if (c == '\'')
            word += "'\\''";
        else
            word += c;
    }
    return word += '\'';
}

named_value pass(const filter& through, named_value value) {
    switch (through.what) {
        case filter::kind::json: {
            if (value.is_json) return value;
            std::string quoted;
            append_json_string(quoted, value.text);
            return {quoted, true};
        }
        case filter::kind::url:
            return {percent_encode(value.text, {})};
        case filter::kind::base64:
            return {base64(value.text)};
        case filter::kind::shell:
            return {shell_word(value.text)};
        case filter::kind::trim:
            return {trimmed(value.text), value.is_json};
        case filter::kind::fallback:
            break;
    }
    return value;
}

}  // namespace

std::optional<text_error> text_template::parse(std::string_view text, text_template& into) {
    if (text.size() > longest_text)
        return text_error{"is longer than 64 KiB", longest_text, "put it into a file"};
    text_template made;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t open = std::min(text.find("{{", at), text.size());
        if (open > at)
            made.pieces_.push_back({.text = std::string(text.substr(at, open - at)), .offset = at});
        if (open == text.size()) break;
        if (const std::size_t slot = slot_length(text.substr(open)); slot != 0) {
            made.pieces_.push_back({.text = std::string(text.substr(open, slot)), .offset = open});
            at = open + slot;
            continue;
        }
        piece named{.text = {}, .in_braces = true};
        reader inside(text, open + 2);
        if (auto wrong = inside.read(named)) return wrong;
        made.pieces_.push_back(std::move(named));
        at = inside.at();
    }
    into = std::move(made);
    return std::nullopt;
}

bool text_template::has_names() const noexcept {
    return std::ranges::any_of(pieces_, &piece::is_name);
}

std::optional<named_value> text_template::value_of(const piece& one, const name_lookup& lookup) {
    std::optional<named_value> value;
    if (one.is_name) {
        value = lookup(one.text);
    } else {
        value = named_value{one.text};
    }
    for (const filter& each : one.filters) {
        if (!value && each.what == filter::kind::fallback) value = named_value{each.argument};
        if (value) value = pass(each, std::move(*value));
    }
    return value;
}

std::optional<std::string> text_template::expand(const name_lookup& lookup) const {
    std::string text;
    for (const piece& each : pieces_) {
        const auto value = value_of(each, lookup);
        if (!value) return std::nullopt;
        text += value->text;
    }
    return text;
}

std::optional<named_value> text_template::value(const name_lookup& lookup) const {
    if (pieces_.size() == 1) return value_of(pieces_.front(), lookup);
    auto text = expand(lookup);
    if (!text) return std::nullopt;
    return named_value{std::move(*text)};
}

}  // namespace grove::cmd
