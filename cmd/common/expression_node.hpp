// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/expression.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

/// The tree of an expression, shared by its parser, checker, evaluator and printer.

namespace grove::cmd::expression_detail {

enum class kind : unsigned char {
    // Lowest precedence first: the order in which they print with parentheses.
    logical_or,   // of all children
    logical_and,  // of all children
    logical_not,
    equal,
    not_equal,
    less,
    less_equal,
    greater,
    greater_equal,
    matches,
    not_matches,
    contains,
    add,
    subtract,
    multiply,
    divide,
    negate,
    number,   // literal
    text,     // literal
    boolean,  // literal
    null,     // literal
    name,
    bare_word,  // a word that is no name and no number: a text if it stands where one may
};

/// What is known of a node's value before anything runs.
enum class type : unsigned char {
    number,  // `unit` says of what
    text,
    boolean,
    dynamic,  // JSON and headers
    null,
};

struct path_step {
    std::string key;
    std::optional<std::size_t> index;  // into an array; then key is empty
};

struct node {
    expression_detail::kind kind = kind::null;
    expression_detail::type type = type::null;
    unit_kind unit = unit_kind::plain;
    std::size_t offset = 0;  // in the source
    std::size_t height = 1;
    std::vector<std::unique_ptr<node>> children{};

    double number = 0;       // literal, in the base unit
    bool flag = false;       // literal
    std::string spelling{};  // of names, numbers and bare words; the value of texts
    text_error problem{};    // of a bare word: what it is wherever no text may stand

    std::string fact{};  // of names
    std::string key{};   // ... of a family or a baseline
    fact_type of_fact = fact_type::number;
    std::vector<path_step> path{};  // ... into a document

    std::shared_ptr<const re2::RE2> pattern{};  // of matches and not_matches
};

using node_ptr = std::unique_ptr<node>;

inline constexpr std::size_t longest_source = 4096;
/// Evaluation recurses on a greenlet's stack.
inline constexpr std::size_t greatest_height = 32;

/// How an operator is written; empty for leaves.
[[nodiscard]] std::string_view symbol_of(kind what) noexcept;

[[nodiscard]] inline bool is_comparison(kind what) noexcept {
    return what >= kind::equal && what <= kind::contains;
}

/// Thrown inside the module and turned into the return value at its surface.
struct bad_expression {
    text_error error;
};

/// Source to an unchecked tree: names are resolved, types are not. Throws: `bad_expression`.
[[nodiscard]] node_ptr parse_source(std::string_view source, std::span<const fact> schema);

/// Sets the types from the leaves up, compiles patterns. Throws: `bad_expression`.
void check(node& root);

/// Makes a name node from `word`; a bare word where the schema has no such name.
[[nodiscard]] node_ptr resolve_name(std::string_view word, std::size_t offset,
                                    std::span<const fact> schema);

[[nodiscard]] std::string print(const node& root);
[[nodiscard]] verdict evaluate(const node& root, const std::string& source,
                               const fact_source& facts);

/// `text` in quotes as the lexer reads it back.
[[nodiscard]] std::string quote(std::string_view text);

}  // namespace grove::cmd::expression_detail
