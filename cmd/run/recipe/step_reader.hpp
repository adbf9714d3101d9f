// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/recipe/recipe.hpp"
#include "cmd/run/recipe/table_reader.hpp"
#include "cmd/run/recipe/verb_book.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

/// One table of [[step]], [[service]] or [[finally]], from TOML to what it says. All that is wrong
/// is told to the source's problems; what comes back is then of no use but for more checks.

namespace grove::cmd {

/// `[defaults.VERB]`.
using call_defaults = std::map<std::string, std::vector<call_option>, std::less<>>;

class step_reader {
 public:
    /// All given must outlive it.
    step_reader(const recipe_source& source, const verb_book& verbs, const call_defaults& defaults)
        : source_(source), verbs_(verbs), defaults_(defaults) {}

    [[nodiscard]] recipe_step read_step(const toml_value& table) const;
    [[nodiscard]] recipe_step read_final(const toml_value& table) const;
    [[nodiscard]] recipe_service read_service(const toml_value& table) const;

    /// What stands under `key` as options, a list as several of them.
    void read_option(const toml_entry& entry, std::vector<call_option>& into) const;

 private:
    void read_common(table_reader& table, recipe_step& into) const;
    void read_order(table_reader& table, recipe_step& into) const;
    void read_retry(table_reader& table, recipe_step& into) const;
    void read_matrix(table_reader& table, recipe_step& into) const;
    [[nodiscard]] std::optional<service_ready> read_ready(table_reader& table) const;
    [[nodiscard]] service_stop read_stop(table_reader& table) const;
    [[nodiscard]] std::vector<placed_name> read_names(table_reader& table,
                                                      std::string_view key) const;

    /// Takes the verb's key from `table`; what nobody took becomes its options.
    [[nodiscard]] recipe_call read_call(table_reader& table,
                                        const std::vector<std::string_view>& keys,
                                        std::string_view what) const;
    [[nodiscard]] const toml_entry* find_verb(table_reader& table,
                                              const std::vector<std::string_view>& keys,
                                              std::string_view what) const;
    void read_words(const toml_value& value, recipe_call& into) const;
    void split_into(const placed_text& text, std::vector<placed_text>& words) const;
    void take_method(recipe_call& call) const;
    void read_options(table_reader& table, recipe_call& into) const;

    const recipe_source& source_;
    const verb_book& verbs_;
    const call_defaults& defaults_;
};

/// The pairs of a table of texts: `env`, `save`. Tells of what is none.
[[nodiscard]] std::vector<placed_pair> read_pairs(table_reader& table, std::string_view key);

}  // namespace grove::cmd
