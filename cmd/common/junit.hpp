// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reports for CI, in the XML that JUnit's Ant task made common.

namespace grove::cmd {

struct junit_case {
    std::string name;
    duration time{};
    std::optional<std::string> failure =
        std::nullopt;          ///< what fell short, in a line; none: passed
    std::string details = {};  ///< of a failure: lines
    std::optional<std::string> skipped = std::nullopt;  ///< why it did not run; none: it did
};

/// A suite of these cases, as a whole document. Control characters become visible, what is not
/// UTF-8 becomes U+FFFD: XML can hold neither.
[[nodiscard]] std::string junit_report(std::string_view suite, duration time,
                                       const std::vector<junit_case>& cases);

}  // namespace grove::cmd
