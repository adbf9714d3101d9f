// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/recipe_problem.hpp"

#include "cmd/common/json_text.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/common/text_error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace grove::cmd {
namespace {

struct line_bounds {
    std::size_t begin;
    std::size_t end;
};

line_bounds line_around(std::string_view source, std::size_t offset) {
    offset = std::min(offset, source.size());
    const std::size_t before =
        offset == 0 ? std::string_view::npos : source.rfind('\n', offset - 1);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    std::size_t end = std::min(source.find('\n', offset), source.size());
    if (end > begin && source[end - 1] == '\r') --end;
    return {begin, std::max(end, begin)};
}

/// A line that fits a terminal is shown whole.
std::string with_caret(std::string_view line, std::size_t offset) {
    constexpr std::size_t widest = 100;
    const std::string shown = one_line(line);
    if (display_width(shown) > widest) return caret_lines(line, offset, 0);
    const std::string before = one_line(line.substr(0, offset));
    return shown + '\n' + std::string(display_width(before), ' ') + '^';
}

}  // namespace

std::string code_of(problem_kind kind) {
    return fmt::format("E{:03}", static_cast<unsigned>(kind));
}

void recipe_problems::add(problem_kind kind, std::size_t offset, std::string what,
                          std::string help) {
    const auto same = [&](const recipe_problem& one) {
        return one.offset == offset && one.what == what;
    };
    if (std::ranges::any_of(list_, same)) return;
    const auto behind = std::ranges::upper_bound(list_, offset, {}, &recipe_problem::offset);
    list_.insert(behind, {kind, offset, std::move(what), std::move(help)});
}

line_place place_of(std::string_view source, std::size_t offset) {
    const line_bounds line = line_around(source, offset);
    offset = std::min(offset, source.size());
    const std::string_view before = source.substr(line.begin, offset - line.begin);
    const auto characters = std::ranges::count_if(
        before, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
    const auto lines = std::ranges::count(source.substr(0, line.begin), '\n');
    return {static_cast<std::size_t>(lines) + 1, static_cast<std::size_t>(characters) + 1};
}

std::string to_text(const recipe_problem& problem, std::string_view source,
                    const std::string& name) {
    const line_bounds line = line_around(source, problem.offset);
    const line_place place = place_of(source, problem.offset);
    const std::string number = std::to_string(place.line);
    const std::string margin(number.size(), ' ');
    const std::string_view text = source.substr(line.begin, line.end - line.begin);
    const std::size_t offset = std::min(problem.offset, source.size()) - line.begin;
    const std::string shown = with_caret(text, offset);
    const std::size_t second = shown.find('\n') + 1;
    std::string made = fmt::format("error[{}]: {}\n{}--> {}:{}:{}\n{} |\n{} | {}\n{} | {}\n",
                                   code_of(problem.kind), one_line(problem.what), margin,
                                   one_line(name), place.line, place.column, margin, number,
                                   shown.substr(0, second - 1), margin, shown.substr(second));
    if (!problem.help.empty())
        made += fmt::format("{} = help: {}\n", margin, one_line(problem.help));
    return made;
}

std::string to_json(const recipe_problem& problem, std::string_view source,
                    const std::string& name) {
    const line_place place = place_of(source, problem.offset);
    json_object line;
    line.add("event", "problem").add("code", code_of(problem.kind)).add("file", name);
    line.add("line", place.line).add("column", place.column).add("message", problem.what);
    if (!problem.help.empty()) line.add("help", problem.help);
    return line.text();
}

}  // namespace grove::cmd
