// SPDX-License-Identifier: MIT
#include "cmd/common/expression.hpp"

#include "cmd/common/expression_node.hpp"

#include <algorithm>

namespace grove::cmd {

namespace {

using expression_detail::kind;
using expression_detail::node;

int precedence(kind what) noexcept {
    if (what == kind::logical_or) return 0;
    if (what == kind::logical_and) return 1;
    if (what == kind::logical_not) return 2;
    if (expression_detail::is_comparison(what)) return 3;
    if (what == kind::add || what == kind::subtract) return 4;
    if (what == kind::multiply || what == kind::divide) return 5;
    return 6;
}

void print_into(std::string& to, const node& of);

// Comparisons do not chain, the right side of - and / binds looser, and ! reads best around ( ).
void print_child(std::string& to, const node& parent, const node& child, bool first) {
    const int outer = precedence(parent.kind);
    const int inner = precedence(child.kind);
    const bool same = inner == outer && (inner == 3 || ((inner == 4 || inner == 5) && !first));
    const bool wrap = inner < outer || same || (parent.kind == kind::logical_not && inner < 6);
    if (wrap) to += '(';
    print_into(to, child);
    if (wrap) to += ')';
}

void print_leaf(std::string& to, const node& of) {
    if (of.kind == kind::null) {
        to += "null";
    } else if (of.kind == kind::text) {
        to += expression_detail::quote(of.spelling);
    } else {
        to += of.spelling;
    }
}

void print_into(std::string& to, const node& of) {
    if (of.children.empty()) return print_leaf(to, of);
    if (of.children.size() == 1) {
        to += symbol_of(of.kind);
        print_child(to, of, *of.children.front(), true);
        return;
    }
    bool first = true;
    for (const auto& each : of.children) {
        if (!first) (to += ' ').append(symbol_of(of.kind)) += ' ';
        print_child(to, of, *each, first);
        first = false;
    }
}

void collect(const node& of, std::vector<std::string>& facts) {
    if (of.kind == kind::name && std::find(facts.begin(), facts.end(), of.fact) == facts.end()) {
        facts.push_back(of.fact);
    }
    for (const auto& each : of.children) collect(*each, facts);
}

}  // namespace

namespace expression_detail {

std::string quote(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        switch (c) {
            case '"':
                result += "\\\"";
                break;
            case '\\':
                result += "\\\\";
                break;
            case '\n':
                result += "\\n";
                break;
            case '\t':
                result += "\\t";
                break;
            case '\r':
                result += "\\r";
                break;
            default:
                result += c;
        }
    }
    return result + '"';
}

std::string print(const node& root) {
    std::string text;
    print_into(text, root);
    return text;
}

}  // namespace expression_detail

std::optional<text_error> expression::parse(std::string_view text, std::span<const fact> schema,
                                            expression& into) {
    try {
        auto root = expression_detail::parse_source(text, schema);
        expression_detail::check(*root);
        expression made;
        made.source_ = std::string(text);
        collect(*root, made.facts_);
        made.root_ = std::move(root);
        into = std::move(made);
        return std::nullopt;
    } catch (const expression_detail::bad_expression& wrong) {
        return wrong.error;
    }
}

verdict expression::evaluate(const fact_source& facts) const {
    if (root_ == nullptr) return {.holds = true, .explanation = {}};
    return expression_detail::evaluate(*root_, source_, facts);
}

std::string expression::text() const {
    return root_ == nullptr ? std::string() : expression_detail::print(*root_);
}

bool expression::mentions(std::string_view name) const noexcept {
    return std::find(facts_.begin(), facts_.end(), name) != facts_.end();
}

}  // namespace grove::cmd
