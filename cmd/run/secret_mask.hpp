// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// Keeps the secrets of a recipe out of all that is shown, logged and reported: as they are, as
/// JSON and HTML write them, percent-encoded, and in base64 at each of its three alignments.
/// Each line of a secret of several lines counts. What is shorter than 4 bytes is looked for as it
/// is alone: its other forms would be anywhere.
///
/// Threads: one.

namespace grove::cmd {

class secret_mask {
 public:
    void add(std::string_view secret);

    /// `text` with `***` for each secret in it.
    [[nodiscard]] std::string operator()(std::string_view text) const;

    /// Bytes of the longest form: so much of a text that is cut must be seen in both parts.
    [[nodiscard]] std::size_t longest() const noexcept { return longest_; }

    [[nodiscard]] bool empty() const noexcept { return forms_.empty(); }

 private:
    void add_line(std::string_view line);
    void add_form(std::string form);

    std::vector<std::string> forms_;  // longest first
    std::size_t longest_ = 0;
};

}  // namespace grove::cmd
