// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What is wrong with a recipe: all of it at once, each with its place.

namespace grove::cmd {

/// The numbers are what people search for: they stay.
enum class problem_kind : unsigned char {
    no_toml = 1,
    unknown_key = 2,
    wrong_type = 3,
    missing = 4,
    verbs = 5,  ///< none, or several
    words = 6,  ///< what the verb itself does not take
    expression = 7,
    bad_template = 8,
    unknown_name = 9,
    bad_id = 10,
    cycle = 11,
    unknown_step = 12,
    bad_value = 13,
    unused = 14,
    unavailable = 15,
};

struct recipe_problem {
    problem_kind kind = problem_kind::no_toml;
    std::size_t offset = 0;  ///< in the file
    std::string what;        ///< lower case, no full stop
    std::string help;        ///< empty: nothing to say
};

/// `E012`.
[[nodiscard]] std::string code_of(problem_kind kind);

/// In the order of the file, each once.
class recipe_problems {
 public:
    void add(problem_kind kind, std::size_t offset, std::string what, std::string help = {});

    [[nodiscard]] bool empty() const noexcept { return list_.empty(); }

    [[nodiscard]] const std::vector<recipe_problem>& all() const noexcept { return list_; }

 private:
    std::vector<recipe_problem> list_;
};

struct line_place {
    std::size_t line = 1;    ///< from 1
    std::size_t column = 1;  ///< in characters, from 1
};

[[nodiscard]] line_place place_of(std::string_view source, std::size_t offset);

/// For people: what, where, the line with a caret, and what to do. `name` is the file's.
[[nodiscard]] std::string to_text(const recipe_problem& problem, std::string_view source,
                                  const std::string& name);

/// For editors: a JSON object.
[[nodiscard]] std::string to_json(const recipe_problem& problem, std::string_view source,
                                  const std::string& name);

}  // namespace grove::cmd
