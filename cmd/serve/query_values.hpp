// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The values of a query or of a form (application/x-www-form-urlencoded).

namespace grove::cmd {

/// `%41` and `+` as what they stand for; a `%` that begins no escape stays.
[[nodiscard]] std::string decode_form(std::string_view text);

class query_values {
 public:
    explicit query_values(std::string_view text);

    /// The first of that name.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;

    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& all() const noexcept {
        return all_;
    }

 private:
    std::vector<std::pair<std::string, std::string>> all_;
};

}  // namespace grove::cmd
