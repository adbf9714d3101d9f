// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/text_error.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Texts of a recipe that know where each of their bytes was written, so that what is wrong inside
/// a word inside a text gets its caret.

namespace grove::cmd {

struct placed_text {
    std::string text;
    /// One for each byte, and one more for the end.
    std::vector<std::size_t> places;

    [[nodiscard]] std::size_t place(std::size_t offset) const noexcept {
        return places.empty() ? 0 : places[offset < places.size() ? offset : places.size() - 1];
    }

    [[nodiscard]] placed_text part(std::size_t begin, std::size_t length) const;
    void append(const placed_text& more);
    /// All of `more` was written at `place`.
    void append(std::string_view more, std::size_t place);
};

/// As a person types words for a shell: blanks part them, '..' and ".." and a backslash keep them
/// together, and so do `{{` and `}}`. Nothing is expanded.
/// Result: what is wrong, its offset in `text`; `into` is then unchanged.
[[nodiscard]] std::optional<text_error> split_words(const placed_text& text,
                                                    std::vector<placed_text>& into);

}  // namespace grove::cmd
