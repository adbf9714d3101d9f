// SPDX-License-Identifier: MIT
#include "cmd/common/expression_node.hpp"
#include "cmd/common/expression_value.hpp"
#include "cmd/common/terminal_text.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace grove::cmd::expression_detail {

namespace {

constexpr std::size_t long_text = 120;  // from here on a difference is shown, not the whole

class evaluator {
 public:
    explicit evaluator(const fact_source& facts) : facts_(facts) {}

    bool holds(const node& of) {
        switch (of.kind) {
            case kind::logical_or:
                return std::any_of(of.children.begin(), of.children.end(),
                                   [&](const node_ptr& each) { return holds(*each); });
            case kind::logical_and:
                return std::all_of(of.children.begin(), of.children.end(),
                                   [&](const node_ptr& each) { return holds(*each); });
            case kind::logical_not:
                return !holds(*of.children[0]);
            default:
                break;
        }
        if (is_comparison(of.kind)) return compare(of);
        return is_true(value(of));
    }

    std::string explain(const node& root, const std::string& source) {
        std::string text = one_line(source);
        std::vector<std::string> told;
        explain_names(root, text, told);
        explain_differences(root, text);
        return text;
    }

 private:
    struct known {
        std::string fact;
        std::string key;
        fact_value value;
    };

    // Anything that is there and is neither false nor null.
    static bool is_true(const fact_value& value) {
        if (const bool* flag = std::get_if<bool>(&value)) return *flag;
        return !std::holds_alternative<std::monostate>(value);
    }

    fact_value fetch(const node& name) {
        for (const known& each : known_) {
            if (each.fact == name.fact && each.key == name.key) return each.value;
        }
        known_.push_back({name.fact, name.key, facts_.value(name.fact, name.key)});
        return known_.back().value;
    }

    fact_value value_of_name(const node& of) {
        fact_value found = fetch(of);
        if (of.of_fact != fact_type::json) return found;
        const auto* const document = std::get_if<const boost::json::value*>(&found);
        return walk(document == nullptr ? nullptr : *document, of.path);
    }

    fact_value value(const node& of) {
        switch (of.kind) {
            case kind::number:
                return of.number;
            case kind::text:
            case kind::bare_word:
                return std::string_view(of.spelling);
            case kind::boolean:
                return of.flag;
            case kind::null:
                return std::monostate();
            case kind::name:
                return value_of_name(of);
            case kind::negate:
            case kind::add:
            case kind::subtract:
            case kind::multiply:
            case kind::divide:
                return calculate(of);
            default:
                return holds(of);
        }
    }

    // Absent where an operand is no number or the result is none.
    fact_value calculate(const node& of) {
        const auto left = as_number(value(*of.children[0]));
        if (!left) return std::monostate();
        if (of.kind == kind::negate) return -*left;
        const auto right = as_number(value(*of.children[1]));
        if (!right) return std::monostate();
        double result = 0;
        switch (of.kind) {
            case kind::add:
                result = *left + *right;
                break;
            case kind::subtract:
                result = *left - *right;
                break;
            case kind::multiply:
                result = *left * *right;
                break;
            default:
                result = *left / *right;
                break;
        }
        if (!std::isfinite(result)) return std::monostate();
        return result;
    }

    bool compare(const node& of) {
        const fact_value left = value(*of.children[0]);
        if (of.kind == kind::matches) return matches(of, left);
        if (of.kind == kind::not_matches) return !matches(of, left);
        const fact_value right = value(*of.children[1]);
        switch (of.kind) {
            case kind::equal:
                return equal(left, right);
            case kind::not_equal:
                return !equal(left, right);
            case kind::contains:
                return contains(left, right);
            default:
                break;
        }
        const auto a = as_number(left);
        const auto b = as_number(right);
        if (!a || !b) return false;
        switch (of.kind) {
            case kind::less:
                return *a < *b;
            case kind::less_equal:
                return *a <= *b;
            case kind::greater:
                return *a > *b;
            default:
                return *a >= *b;
        }
    }

    static bool matches(const node& of, const fact_value& left) {
        if (std::holds_alternative<std::monostate>(left)) return false;
        if (const auto* text = std::get_if<std::string_view>(&left)) {
            return re2::RE2::PartialMatch({text->data(), text->size()}, *of.pattern);
        }
        return re2::RE2::PartialMatch(as_text(left), *of.pattern);
    }

    void explain_names(const node& of, std::string& text, std::vector<std::string>& told) {
        if (of.kind == kind::name &&
            std::find(told.begin(), told.end(), of.spelling) == told.end()) {
            told.push_back(of.spelling);
            text += fmt::format("\n  {} is {}", one_line(of.spelling),
                                show(value_of_name(of), of.unit));
        }
        for (const node_ptr& each : of.children) explain_names(*each, text, told);
    }

    void explain_differences(const node& of, std::string& text) {
        for (const node_ptr& each : of.children) explain_differences(*each, text);
        if (of.kind != kind::equal || holds(of)) return;
        const fact_value left = value(*of.children[0]);
        const fact_value right = value(*of.children[1]);
        const auto* const actual = std::get_if<std::string_view>(&left);
        const auto* const wanted = std::get_if<std::string_view>(&right);
        if (actual == nullptr || wanted == nullptr) return;
        if (std::max(actual->size(), wanted->size()) <= long_text) return;
        text += fmt::format("\n  {} {}", one_line(print(*of.children[0])),
                            show_difference(*actual, *wanted));
    }

    const fact_source& facts_;
    std::vector<known> known_;
};

}  // namespace

verdict evaluate(const node& root, const std::string& source, const fact_source& facts) {
    evaluator run(facts);
    verdict result;
    result.holds = run.holds(root);
    if (!result.holds) result.explanation = run.explain(root, source);
    return result;
}

}  // namespace grove::cmd::expression_detail
