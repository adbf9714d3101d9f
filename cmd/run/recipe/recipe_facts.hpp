// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/expression.hpp"
#include "cmd/run/recipe/recipe.hpp"
#include "cmd/run/recipe/text_template.hpp"

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What `when` of a step sees: the recipe's variables with their types, what steps have saved,
/// `matrix.NAME` and `env.NAME`.

namespace grove::cmd {

class recipe_facts {
 public:
    /// Of `step`; both must outlive it.
    recipe_facts(const recipe& in, const recipe_step& step);
    recipe_facts(const recipe_facts&) = delete;
    recipe_facts& operator=(const recipe_facts&) = delete;

    [[nodiscard]] std::span<const fact> all() const noexcept { return facts_; }

 private:
    void add(std::string name, fact_type type);

    std::deque<std::string> names_;  // addresses stay
    std::vector<fact> facts_;
};

class recipe_fact_source final : public fact_source {
 public:
    /// All given must outlive it.
    recipe_fact_source(const recipe_facts& facts, const name_lookup& lookup);
    recipe_fact_source(const recipe_fact_source&) = delete;
    recipe_fact_source& operator=(const recipe_fact_source&) = delete;
    ~recipe_fact_source() override;

    [[nodiscard]] fact_value value(std::string_view name, std::string_view key) const override;

 private:
    struct document;

    [[nodiscard]] fact_value typed(fact_type type, const named_value& value) const;

    const recipe_facts& facts_;
    const name_lookup& lookup_;
    mutable std::deque<std::string> texts_;  // what was given out stays
    mutable std::vector<std::unique_ptr<document>> documents_;
};

}  // namespace grove::cmd
