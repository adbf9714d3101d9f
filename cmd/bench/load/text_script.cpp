// SPDX-License-Identifier: MIT
#include "cmd/bench/load/text_script.hpp"

#include <grove/error.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::string_view opening = "{{";
constexpr std::string_view closing = "}}";

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (true) {
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        if (text.empty()) return words;
        const std::size_t end = std::min(text.find(' '), text.size());
        words.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
}

bool read_whole(std::string_view text, std::uint64_t& into) noexcept {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc() && end == text.data() + text.size();
}

std::shared_ptr<const line_list> read_lines(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw_errno("open", path);
    line_list lines;
    for (std::string line; std::getline(file, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (!line.empty()) lines.push_back(std::move(line));
    }
    if (lines.empty()) throw_error(ENODATA, "read", path + " (no line in it)");
    return std::make_shared<const line_list>(std::move(lines));
}

void append_number(std::string& into, std::uint64_t value) {
    char digits[20];
    into.append(digits, std::to_chars(std::begin(digits), std::end(digits), value).ptr);
}

}  // namespace

std::optional<text_error> text_script::parse_slot(std::string_view inside, piece& into) {
    const auto words = words_of(inside);
    const std::string_view name = words.empty() ? std::string_view() : words[0];
    if (name == "seq" && words.size() == 1) {
        into = number{};
        return std::nullopt;
    }
    random_number range;
    if (name == "rand" && words.size() == 3 && read_whole(words[1], range.least) &&
        read_whole(words[2], range.most) && range.least <= range.most) {
        into = range;
        return std::nullopt;
    }
    if (name == "line" && words.size() == 2) {
        into = read_lines(std::string(words[1]));
        return std::nullopt;
    }
    return text_error{"no slot of that kind", 0,
                      "there are {{seq}}, {{rand 1 100}} and {{line FILE}}"};
}

std::optional<text_error> text_script::parse(std::string_view text, text_script& into) {
    text_script made;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t open = std::min(text.find(opening, at), text.size());
        if (open > at) made.pieces_.emplace_back(std::string(text.substr(at, open - at)));
        if (open == text.size()) break;
        const std::size_t close = text.find(closing, open);
        if (close == std::string_view::npos) return text_error{"no }} for this {{", open, {}};
        piece one;
        if (auto wrong = parse_slot(text.substr(open + 2, close - open - 2), one)) {
            wrong->offset += open;
            return wrong;
        }
        made.pieces_.push_back(std::move(one));
        at = close + 2;
    }
    into = std::move(made);
    return std::nullopt;
}

text_script text_script::read(std::string_view text, std::string_view where) {
    text_script made;
    if (const auto wrong = parse(text, made)) {
        throw std::invalid_argument(std::string(where) + ": " + wrong->what +
                                    (wrong->hint.empty() ? "" : " (" + wrong->hint + ")"));
    }
    return made;
}

bool text_script::is_constant() const noexcept {
    return std::ranges::all_of(
        pieces_, [](const piece& p) { return std::holds_alternative<std::string>(p); });
}

void text_script::append_to(std::string& into, const moment& now) const {
    for (const piece& p : pieces_) {
        if (const auto* text = std::get_if<std::string>(&p)) {
            into += *text;
        } else if (const auto* range = std::get_if<random_number>(&p)) {
            append_number(into,
                          std::uniform_int_distribution(range->least, range->most)(now.random));
        } else if (const auto* lines = std::get_if<std::shared_ptr<const line_list>>(&p)) {
            into += (**lines)[(now.number - 1) % (*lines)->size()];
        } else {
            append_number(into, now.number);
        }
    }
}

}  // namespace grove::cmd
