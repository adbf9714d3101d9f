// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/text_error.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Texts with names in them, which are replaced when the step runs:
///
///     http://localhost:{{api.port}}/users/{{name | url}}
///
/// A name may be piped through filters: `json` (as a JSON value, quotes included), `url`
/// (percent-encoded), `base64`, `shell` (one word of sh(1), whatever is in it), `trim`,
/// `default "x"` (for one that has no value). `{{"text"}}` is that text: the way to write braces.
/// There is no logic. The slots of `grove bench`, `{{seq}}`,
/// `{{rand 1 9}}` and `{{line FILE}}`, are left as they are.
///
/// Limits: 64 KiB of text. Threads: a value.

namespace grove::cmd {

/// A value of a recipe. Numbers and truths stay what they are in JSON.
struct named_value {
    std::string text;
    bool is_json = false;  ///< `text` is a JSON number or truth
};

/// What a name stands for; nothing: it has no value (yet).
using name_lookup = std::function<std::optional<named_value>(std::string_view name)>;

class text_template {
 public:
    struct filter {
        enum class kind : unsigned char { json, url, base64, shell, trim, fallback };
        kind what = kind::json;
        std::string argument = {};
    };

    struct piece {
        std::string text;  ///< a literal, or a name
        bool is_name = false;
        bool in_braces = false;  ///< a name, or a text in quotes
        std::vector<filter> filters = {};
        std::size_t offset = 0;  ///< of the text, or of the name, in the source
    };

    /// The empty text.
    text_template() = default;

    /// Reads `text`. Result: what is wrong with it; `into` is then unchanged.
    [[nodiscard]] static std::optional<text_error> parse(std::string_view text,
                                                         text_template& into);

    [[nodiscard]] const std::vector<piece>& pieces() const noexcept { return pieces_; }

    [[nodiscard]] bool has_names() const noexcept;

    /// Result: the text with all names replaced; nothing where one has no value and no `default`.
    [[nodiscard]] std::optional<std::string> expand(const name_lookup& lookup) const;

    /// What one piece stands for.
    [[nodiscard]] static std::optional<named_value> value_of(const piece& one,
                                                             const name_lookup& lookup);

    /// As `expand`; a text that is one name alone keeps its type.
    [[nodiscard]] std::optional<named_value> value(const name_lookup& lookup) const;

 private:
    std::vector<piece> pieces_;
};

}  // namespace grove::cmd
