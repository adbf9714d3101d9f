// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/expression.hpp"
#include "cmd/common/verb.hpp"
#include "cmd/run/recipe/recipe.hpp"
#include "cmd/run/recipe/recipe_names.hpp"
#include "cmd/run/recipe/recipe_problem.hpp"
#include "cmd/run/recipe/variables.hpp"
#include "cmd/run/recipe/verb_book.hpp"

#include <span>
#include <string_view>
#include <vector>

/// Lets the verbs themselves say what is wrong with their words and options, as far as the values
/// of names are known before the run: variables are, ports stand in as 65535, and what a step saves
/// is not, nor are secrets.

namespace grove::cmd {

class call_check {
 public:
    /// All given must outlive it.
    call_check(const recipe& in, const variable_values& vars, const verb_book& verbs,
               recipe_problems& problems)
        : in_(in), vars_(vars), verbs_(verbs), problems_(problems) {}

    void check(const recipe_step& step) const;
    void check(const recipe_service& service) const;

 private:
    /// One look at a call with one value for each axis of its matrix.
    struct look {
        name_scope scope;
        std::vector<const placed_text*> axes;  // as the step's matrix
    };

    void check_call(const recipe_call& call, const look& at) const;
    void check_words(const std::vector<call_option>& options, const std::vector<placed_text>& words,
                     const verb& of, std::size_t offset, const look& at) const;
    void check_ready(const service_ready& ready, const look& at) const;
    void check_facts(const recipe_step& step, const look& at) const;
    /// `name`: of the key, for messages.
    void check_expression(const placed_text& text, std::string_view name,
                          std::span<const fact> facts, const look& at) const;
    void check_saves(const recipe_step& step) const;
    void check_condition(const recipe_step& step) const;
    /// Result: the text as it will be, or as much like it as can be; `certain` turns false for one
    /// that is made up.
    [[nodiscard]] placed_text expanded(const placed_text& text, const look& at,
                                       bool& certain) const;
    [[nodiscard]] std::optional<named_value> value_of(std::string_view name, const look& at,
                                                      bool& certain) const;
    [[nodiscard]] static std::vector<look> looks_at(const recipe_step& step);

    const recipe& in_;
    const variable_values& vars_;
    const verb_book& verbs_;
    recipe_problems& problems_;
};

}  // namespace grove::cmd
