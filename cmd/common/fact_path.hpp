// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/expression.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// One name of the expression language, to be read rather than compared: `json.token`,
/// `header.etag`, `status`. What `--tell` and a recipe's `save` take.
///
/// Threads: immutable; copies share it.

namespace grove::cmd {

class fact_path {
 public:
    /// What a path leads to, for people and for JSON.
    struct found {
        std::string text;
        bool is_json = false;  ///< `text` is a JSON number, truth, list or object
    };

    /// Leads nowhere.
    fact_path() = default;

    /// Reads and checks `text`. Result: what is wrong with it; `into` is then unchanged.
    [[nodiscard]] static std::optional<text_error> parse(std::string_view text,
                                                         std::span<const fact> schema,
                                                         fact_path& into);

    /// Result: nothing where there is no such thing. Throws: whatever `facts` throws.
    [[nodiscard]] std::optional<found> read(const fact_source& facts) const;

    /// As it was typed.
    [[nodiscard]] const std::string& source() const noexcept { return source_; }

    /// As `expression::mentions`.
    [[nodiscard]] bool mentions(std::string_view name) const noexcept;

 private:
    std::string source_;
    std::shared_ptr<const expression_detail::node> node_;
};

}  // namespace grove::cmd
