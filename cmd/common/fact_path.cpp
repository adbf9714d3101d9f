// SPDX-License-Identifier: MIT
#include "cmd/common/fact_path.hpp"

#include "cmd/common/expression_node.hpp"
#include "cmd/common/expression_value.hpp"
#include "cmd/common/json_text.hpp"

#include <utility>

namespace grove::cmd {

using expression_detail::kind;

std::optional<text_error> fact_path::parse(std::string_view text, std::span<const fact> schema,
                                           fact_path& into) {
    if (text.empty()) return text_error{"is empty", 0, {}};
    if (text.size() > expression_detail::longest_source)
        return text_error{"is too long", expression_detail::longest_source, {}};
    try {
        auto node = expression_detail::resolve_name(text, 0, schema);
        if (node->kind != kind::name) return node->problem;
        into.source_ = std::string(text);
        into.node_ = std::move(node);
        return std::nullopt;
    } catch (const expression_detail::bad_expression& wrong) {
        return wrong.error;
    }
}

std::optional<fact_path::found> fact_path::read(const fact_source& facts) const {
    if (node_ == nullptr) return std::nullopt;
    fact_value value = facts.value(node_->fact, node_->key);
    if (node_->of_fact == fact_type::json) {
        const auto* const document = std::get_if<const boost::json::value*>(&value);
        value = expression_detail::walk(document == nullptr ? nullptr : *document, node_->path);
    }
    if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
    if (const double* number = std::get_if<double>(&value)) {
        found made{.text = {}, .is_json = true};
        append_json_number(made.text, *number);
        return made;
    }
    return found{expression_detail::as_text(value),
                 !std::holds_alternative<std::string_view>(value)};
}

bool fact_path::mentions(std::string_view name) const noexcept {
    return node_ != nullptr && node_->fact == name;
}

}  // namespace grove::cmd
