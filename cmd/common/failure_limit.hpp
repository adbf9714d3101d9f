// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/text_error.hpp"
#include "cmd/common/units.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace grove::cmd {

/// `--max-failures N|N%`: when a run has failed enough to stop.
class failure_limit {
 public:
    /// No limit.
    failure_limit() = default;

    /// `--fail-fast`: the first failure is enough.
    [[nodiscard]] static failure_limit one() noexcept {
        failure_limit limit;
        limit.count_ = 1;
        return limit;
    }

    /// True when the run must stop. A count is reached by that many failures. A percentage is
    /// passed when more than that share of `total` failed; while `total` is unknown (a list still
    /// being read), of the items finished, and not before 100 of them.
    [[nodiscard]] bool reached(std::uint64_t failed, std::uint64_t finished,
                               std::optional<std::uint64_t> total) const noexcept;

 private:
    friend std::optional<text_error> parse_value(std::string_view text, failure_limit& into);
    friend std::string format_value(const failure_limit& value);

    std::uint64_t count_ = 0;            // 0: no limit by count
    std::optional<percentage> percent_;  // nullopt: no limit by share
};

/// Reads `3` (from 1), `5%`, `0.1%`.
[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, failure_limit& into);

/// Empty for no limit.
[[nodiscard]] std::string format_value(const failure_limit& value);

}  // namespace grove::cmd
