// SPDX-License-Identifier: MIT
// Recursive descent, a function a level of precedence:
//
//     either  = all { "||" all }
//     all     = not { "&&" not }
//     not     = "!" not | compare
//     compare = sum [ ( "==" | "!=" | "<" | … | "~" | "contains" ) sum ]
//     sum     = product { ( "+" | "-" ) product }
//     product = minus { ( "*" | "/" ) minus }
//     minus   = "-" minus | "(" either ")" | literal | name
#include "cmd/common/expression_lexer.hpp"
#include "cmd/common/expression_node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace grove::cmd::expression_detail {

namespace {

[[noreturn]] void fail(std::string what, std::size_t offset, std::string hint = {}) {
    throw bad_expression{{std::move(what), offset, std::move(hint)}};
}

// A tree's canonical form may have parentheses around each of its nodes, and must parse.
constexpr std::size_t greatest_depth = 2 * greatest_height;

class parser {
 public:
    parser(std::string_view source, std::span<const fact> schema)
        : lexer_(source), schema_(schema) {}

    node_ptr parse() {
        node_ptr root = either();
        if (operator_.kind != token_kind::end) unexpected(operator_);
        return root;
    }

 private:
    // Each level leaves the operator behind it in `operator_`.
    void advance() { operator_ = lexer_.op(); }

    [[nodiscard]] bool takes(std::string_view symbol) const noexcept {
        return operator_.is(symbol);
    }

    [[noreturn]] static void unexpected(const token& found) {
        if (found.is(")")) fail("has no opening parenthesis", found.offset);
        if (found.is("(")) fail("an operator is missing here", found.offset);
        fail(fmt::format("\"{}\" does not go on from here", found.text), found.offset,
             "comparisons do not chain: join them with &&");
    }

    static node_ptr join(kind what, std::size_t offset, std::vector<node_ptr> children) {
        auto made = std::make_unique<node>();
        made->kind = what;
        made->offset = offset;
        for (const node_ptr& each : children)
            made->height = std::max(made->height, each->height + 1);
        if (made->height > greatest_height) fail("is nested too deeply", offset);
        made->children = std::move(children);
        return made;
    }

    static node_ptr join(kind what, std::size_t offset, node_ptr left, node_ptr right) {
        std::vector<node_ptr> children;
        children.push_back(std::move(left));
        children.push_back(std::move(right));
        return join(what, offset, std::move(children));
    }

    // `||` and `&&` are one node of many children: a long chain is not deep.
    node_ptr chain(kind what, std::string_view symbol, node_ptr (parser::*next)()) {
        std::vector<node_ptr> children;
        children.push_back((this->*next)());
        const std::size_t offset = operator_.offset;
        while (takes(symbol)) children.push_back((this->*next)());
        return children.size() == 1 ? std::move(children.front())
                                    : join(what, offset, std::move(children));
    }

    node_ptr either() { return chain(kind::logical_or, "||", &parser::all); }

    node_ptr all() { return chain(kind::logical_and, "&&", &parser::negation); }

    node_ptr negation() {
        token first = lexer_.operand();
        if (!first.is("!")) return comparison(std::move(first));
        const depth_guard guard(*this, first.offset);
        std::vector<node_ptr> children;
        children.push_back(negation());
        return join(kind::logical_not, first.offset, std::move(children));
    }

    node_ptr comparison(token first) {
        node_ptr left = sum(std::move(first));
        const auto what = comparison_kind(operator_);
        if (!what) return left;
        const std::size_t offset = operator_.offset;
        const bool bare = (*what == kind::equal || *what == kind::not_equal) &&
                          left->kind == kind::name &&
                          (left->type == type::text || left->of_fact == fact_type::family);
        node_ptr right = sum(bare ? lexer_.bare_operand() : lexer_.operand());
        if (comparison_kind(operator_)) unexpected(operator_);
        return join(*what, offset, std::move(left), std::move(right));
    }

    static std::optional<kind> comparison_kind(const token& found) {
        if (found.kind != token_kind::symbol) return std::nullopt;
        for (auto what = kind::equal; what <= kind::contains;
             what = static_cast<kind>(static_cast<int>(what) + 1)) {
            if (symbol_of(what) == found.text) return what;
        }
        return std::nullopt;
    }

    node_ptr sum(token first) {
        node_ptr left = product(std::move(first));
        while (takes("+") || takes("-")) {
            const kind what = takes("+") ? kind::add : kind::subtract;
            const std::size_t offset = operator_.offset;
            left = join(what, offset, std::move(left), product(lexer_.operand()));
        }
        return left;
    }

    node_ptr product(token first) {
        node_ptr left = minus(std::move(first));
        while (takes("*") || takes("/")) {
            const kind what = takes("*") ? kind::multiply : kind::divide;
            const std::size_t offset = operator_.offset;
            left = join(what, offset, std::move(left), minus(lexer_.operand()));
        }
        return left;
    }

    node_ptr minus(token first) {
        if (first.is("-")) {
            const depth_guard guard(*this, first.offset);
            std::vector<node_ptr> children;
            children.push_back(minus(lexer_.operand()));
            return join(kind::negate, first.offset, std::move(children));
        }
        if (first.is("(")) return parenthesised(first.offset);
        node_ptr leaf = make_leaf(std::move(first));
        advance();
        return leaf;
    }

    node_ptr parenthesised(std::size_t offset) {
        const depth_guard guard(*this, offset);
        node_ptr inside = either();
        if (operator_.is("(")) unexpected(operator_);
        if (!operator_.is(")")) fail("has no closing parenthesis", offset);
        advance();
        return inside;
    }

    node_ptr make_leaf(token found) {
        if (found.kind == token_kind::end)
            fail("ends where a name or a value is missing", found.offset);
        if (found.kind == token_kind::symbol)
            fail("a name or a value is missing here", found.offset);
        auto leaf = std::make_unique<node>();
        leaf->offset = found.offset;
        leaf->spelling = std::move(found.text);
        if (found.kind != token_kind::word) {
            leaf->kind = kind::text;
            leaf->type = type::text;
            return leaf;
        }
        const std::string& word = leaf->spelling;
        if (word == "true" || word == "false") {
            leaf->kind = kind::boolean;
            leaf->type = type::boolean;
            leaf->flag = word == "true";
            return leaf;
        }
        if (word == "null") return leaf;
        const bool digits = (word.front() >= '0' && word.front() <= '9') || word.front() == '.';
        return digits ? make_number(std::move(leaf)) : resolve_name(word, leaf->offset, schema_);
    }

    static node_ptr make_number(node_ptr leaf) {
        quantity value;
        if (auto wrong = parse_value(leaf->spelling, value)) {
            leaf->kind = kind::bare_word;
            leaf->type = type::text;
            leaf->problem = std::move(*wrong);
            leaf->problem.offset += leaf->offset;
            return leaf;
        }
        leaf->kind = kind::number;
        leaf->type = type::number;
        leaf->number = value.value;
        leaf->unit = value.kind;
        return leaf;
    }

    // Bounds the recursion while the tree is still being made.
    class depth_guard {
     public:
        depth_guard(parser& of, std::size_t offset) : parser_(of) {
            if (++parser_.depth_ > greatest_depth) fail("is nested too deeply", offset);
        }

        depth_guard(const depth_guard&) = delete;
        depth_guard& operator=(const depth_guard&) = delete;

        ~depth_guard() { --parser_.depth_; }

     private:
        parser& parser_;
    };

    lexer lexer_;
    std::span<const fact> schema_;
    token operator_;
    std::size_t depth_ = 0;
};

}  // namespace

std::string_view symbol_of(kind what) noexcept {
    switch (what) {
        case kind::logical_or:
            return "||";
        case kind::logical_and:
            return "&&";
        case kind::logical_not:
            return "!";
        case kind::equal:
            return "==";
        case kind::not_equal:
            return "!=";
        case kind::less:
            return "<";
        case kind::less_equal:
            return "<=";
        case kind::greater:
            return ">";
        case kind::greater_equal:
            return ">=";
        case kind::matches:
            return "~";
        case kind::not_matches:
            return "!~";
        case kind::contains:
            return "contains";
        case kind::add:
            return "+";
        case kind::subtract:
        case kind::negate:
            return "-";
        case kind::multiply:
            return "*";
        case kind::divide:
            return "/";
        default:
            return {};
    }
}

node_ptr parse_source(std::string_view source, std::span<const fact> schema) {
    if (source.size() > longest_source) fail("is longer than 4096 bytes", longest_source);
    return parser(source, schema).parse();
}

}  // namespace grove::cmd::expression_detail
