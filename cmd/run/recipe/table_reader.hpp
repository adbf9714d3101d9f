// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/recipe/placed_text.hpp"
#include "cmd/run/recipe/recipe_keys.hpp"
#include "cmd/run/recipe/recipe_problem.hpp"
#include "cmd/run/recipe/toml_value.hpp"

#include <grove/deadline.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Takes what it knows from a table of a recipe and tells what is of the wrong type; what nobody
/// has taken in the end is a wrong key.

namespace grove::cmd {

/// The file that is being read, and what is wrong with it.
struct recipe_source {
    std::string_view text;
    recipe_problems& problems;
};

/// The text of a scalar with its places. Result: nothing, and a problem, for lists and tables.
[[nodiscard]] std::optional<placed_text> scalar_text(const recipe_source& source,
                                                     const toml_value& value,
                                                     std::string_view name);

class table_reader {
 public:
    /// All given must outlive it. A value that is no table is told of, and read as an empty one.
    table_reader(const recipe_source& source, const toml_value& table, const key_table& keys);
    /// One whose keys are names that the recipe gives; `what` for messages: `matrix`.
    table_reader(const recipe_source& source, const toml_value& table, std::string what);

    /// These are keys of it too.
    void also(const key_table& keys) { tables_.push_back(&keys); }

    /// The value under `key`, from here on a key that exists; null when it is not there.
    [[nodiscard]] const toml_value* take(std::string_view key);
    /// As `take`, only of the type; another one is told of.
    [[nodiscard]] const toml_value* take(std::string_view key, toml_type type);
    /// A table under a key of the type `as`, which is one of tables.
    [[nodiscard]] const toml_value* take(std::string_view key, key_type as);

    // What is asked for here must be a key of its tables, of that type.

    [[nodiscard]] std::optional<placed_text> text(std::string_view key);
    /// A text, or nothing but one that could be taken for a value already.
    [[nodiscard]] std::string plain_text(std::string_view key);
    /// A text, or a list of them.
    [[nodiscard]] std::vector<placed_text> texts(std::string_view key);
    void flag(std::string_view key, bool& into);
    [[nodiscard]] std::optional<duration> time(std::string_view key);
    [[nodiscard]] std::optional<std::uint64_t> count(std::string_view key);
    /// Its number among the choices; nothing when it is absent or another.
    [[nodiscard]] std::optional<std::size_t> choice(std::string_view key);

    /// The entries that nobody took, in the order of the file.
    [[nodiscard]] std::vector<const toml_entry*> rest() const;
    /// Tells of each of them as a wrong key; `also` are names that exist besides.
    void refuse_rest(const std::vector<std::string_view>& also = {});
    void refuse(const toml_entry& entry, const std::vector<std::string_view>& also = {});

    [[nodiscard]] const toml_value& table() const noexcept { return table_; }

    [[nodiscard]] const recipe_source& source() const noexcept { return source_; }

    /// Where `key` stands; the table itself when it is absent.
    [[nodiscard]] std::size_t offset_of(std::string_view key) const noexcept;

 private:
    /// Throws: `std::logic_error` where no table says that `key` is of this type.
    const key_rule* rule_of(std::string_view key, key_type type) const;
    [[nodiscard]] std::optional<placed_text> scalar(std::string_view key);

    const recipe_source& source_;
    const toml_value& table_;
    std::string what_;
    std::vector<const key_table*> tables_;
    std::vector<std::string> taken_;
};

}  // namespace grove::cmd
