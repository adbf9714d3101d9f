// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace grove::detail {

/// Where a call stands in the source. In place of std::source_location, which clang 14 does not
/// have with libstdc++ 12. As a default argument, `source_location::current()` names the caller.
class source_location {
 public:
    constexpr source_location() noexcept = default;

    static constexpr source_location current(const char* file = __builtin_FILE(),
                                             std::uint_least32_t line = __builtin_LINE()) noexcept {
        source_location here;
        here.file_ = file;
        here.line_ = line;
        return here;
    }

    [[nodiscard]] constexpr const char* file_name() const noexcept { return file_; }

    [[nodiscard]] constexpr std::uint_least32_t line() const noexcept { return line_; }

 private:
    const char* file_ = "";
    std::uint_least32_t line_ = 0;
};

}  // namespace grove::detail
