// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/text_error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Text with slots, as a bench sends it:
///
///     {{seq}}          1 for the run's first request, 2 for the second, ...
///     {{rand A B}}     a whole number from A to B, both included
///     {{line FILE}}    the file's lines, one after the other, and again from the first

namespace grove::cmd {

/// The lines of a file without their ends; empty ones are left out.
using line_list = std::vector<std::string>;

class text_script {
 public:
    /// What may change from request to request.
    struct moment {
        std::uint64_t number = 1;  ///< of the request
        std::mt19937_64& random;
    };

    text_script() = default;

    /// Result: what is wrong with `text`. Blocks: the thread, on the files. Throws:
    /// `std::system_error` naming the file.
    [[nodiscard]] static std::optional<text_error> parse(std::string_view text, text_script& into);

    /// As above, throwing `std::invalid_argument` for what is wrong with `text`, which is `where`.
    [[nodiscard]] static text_script read(std::string_view text, std::string_view where);

    /// It has no slot: always the same.
    [[nodiscard]] bool is_constant() const noexcept;

    void append_to(std::string& into, const moment& now) const;

 private:
    struct number {};

    struct random_number {
        std::uint64_t least = 0;
        std::uint64_t most = 0;
    };

    using piece =
        std::variant<std::string, number, random_number, std::shared_ptr<const line_list>>;

    [[nodiscard]] static std::optional<text_error> parse_slot(std::string_view words, piece& into);

    std::vector<piece> pieces_;
};

}  // namespace grove::cmd
