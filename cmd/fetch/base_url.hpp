// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

/// Joining names to `--base`. The base is a folder whether or not it ends in `/`, and its query (a
/// token, say) is kept: `https://m/pub?t=1` and `a b.iso` give `https://m/pub/a%20b.iso?t=1`.

namespace grove::cmd {

/// How the right-hand side is written.
enum class name_form {
    file_name,  ///< a name on a disk: `%`, `?` and `#` are ordinary characters and get encoded
    reference,  ///< a piece of a URL: escapes and a query are kept, `/x` starts at the host
};

/// True for `scheme://…` and for the shorthand `:8080/x`.
[[nodiscard]] bool is_absolute_url(std::string_view text) noexcept;

/// Throws: `std::invalid_argument` when `base` has no `scheme://host`, or `name` has a `..` part.
[[nodiscard]] std::string join_base(std::string_view base, std::string_view name, name_form form);

}  // namespace grove::cmd
