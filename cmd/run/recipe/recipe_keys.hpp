// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

/// The keys of a recipe's tables, each once: the readers take nothing else, and `--schema` says
/// nothing else.

namespace grove::cmd {

enum class key_type : unsigned char {
    text,      ///< a scalar; names in it are replaced
    plain,     ///< a TOML text that is taken as it stands
    texts,     ///< a scalar or a list of them
    flag,      ///< true or false
    time,      ///< `250ms`
    count,     ///< from `least` to `most`
    choice,    ///< one of `choices`
    table,     ///< with the keys of `inside`
    tables,    ///< a list of such
    pairs,     ///< a table of names and scalars
    lists,     ///< a table of names and lists
    named,     ///< a table of names and tables with the keys of `inside`
    defaults,  ///< a table of verbs and tables of their options
};

struct key_table;

struct key_rule {
    std::string_view name;
    key_type type = key_type::text;
    std::string_view help;
    std::span<const std::string_view> choices = {};
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    /// Of a table its keys. Of another type: what may stand there too, a table with these.
    const key_table* inside = nullptr;
};

struct key_table {
    std::string_view what;  ///< for messages: `a step`
    std::span<const key_rule> keys;

    /// Null when there is none.
    [[nodiscard]] const key_rule* find(std::string_view name) const noexcept;
};

extern const key_table recipe_keys;
extern const key_table settings_keys;  ///< `[recipe]`
extern const key_table variable_keys;
extern const key_table secret_keys;
extern const key_table report_keys;
extern const key_table service_keys;
extern const key_table ready_keys;  ///< besides options of `grove poll`
extern const key_table stop_keys;
extern const key_table step_keys;
extern const key_table final_keys;
extern const key_table task_keys;     ///< of steps and of `[[finally]]`, besides theirs
extern const key_table program_keys;  ///< of these, what `exec` and `sh` have besides
extern const key_table retry_keys;

}  // namespace grove::cmd
