// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// What became of a target's attempts over time, in as few lines as tell it: one for each time that
/// something else happened than before.

namespace grove::cmd {

class attempt_history {
 public:
    struct spell {
        duration since{};  ///< the beginning of its first attempt, since the run's
        std::string what;
        std::size_t attempts = 0;
    };

    void add(duration at, std::string_view what);

    /// In their order. Of very many the first and the last are kept.
    [[nodiscard]] const std::vector<spell>& spells() const noexcept { return spells_; }

    /// How many are missing behind the first `first_kept`.
    [[nodiscard]] std::size_t left_out() const noexcept { return left_out_; }

    [[nodiscard]] std::size_t attempts() const noexcept { return attempts_; }

    static constexpr std::size_t first_kept = 4;
    static constexpr std::size_t last_kept = 8;

 private:
    std::vector<spell> spells_;
    std::size_t left_out_ = 0;
    std::size_t attempts_ = 0;
};

}  // namespace grove::cmd
