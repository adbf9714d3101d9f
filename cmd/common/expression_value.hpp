// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/expression_node.hpp"

#include <string>
#include <string_view>

namespace grove::cmd::expression_detail {

/// Follows `path` into a document. Result: a JSON scalar as its own type; monostate for null and
/// for what is not there.
[[nodiscard]] fact_value walk(const boost::json::value* document,
                              const std::vector<path_step>& path);

/// `value == text`, `value == number`: a text that reads as a number equals that number.
[[nodiscard]] bool equal(const fact_value& left, const fact_value& right);

/// `array contains value`, `text contains text`.
[[nodiscard]] bool contains(const fact_value& whole, const fact_value& part);

/// The number that `value` is, or that its text reads as; nullopt for neither.
[[nodiscard]] std::optional<double> as_number(const fact_value& value);

/// As a text to match: of JSON arrays and objects, their JSON.
[[nodiscard]] std::string as_text(const fact_value& value);

/// For people: `404`, `1.5s`, `1 234 bytes`, `"text.." (2 345 bytes)`, `absent`.
[[nodiscard]] std::string show(const fact_value& value, unit_kind unit);

/// Where two texts part, with what surrounds the place: `differs at byte 12: "…" is not "…"`.
[[nodiscard]] std::string show_difference(std::string_view actual, std::string_view wanted);

}  // namespace grove::cmd::expression_detail
