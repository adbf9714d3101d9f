// SPDX-License-Identifier: MIT
#include "cmd/common/failure_limit.hpp"

#include <limits>

namespace grove::cmd {

bool failure_limit::reached(std::uint64_t failed, std::uint64_t finished,
                            std::optional<std::uint64_t> total) const noexcept {
    if (count_ > 0 && failed >= count_) return true;
    if (!percent_ || failed == 0) return false;
    constexpr std::uint64_t enough = 100;
    if (!total && finished < enough) return false;
    const auto whole = static_cast<double>(total.value_or(finished));
    return static_cast<double>(failed) * 100.0 > percent_->percent * whole;
}

std::optional<text_error> parse_value(std::string_view text, failure_limit& into) {
    failure_limit limit;
    std::optional<text_error> wrong;
    if (text.ends_with('%')) {
        wrong = parse_value(text, limit.percent_.emplace());
        if (!wrong && limit.percent_->percent > 100) {
            wrong = text_error{"must be at most 100%", 0, ""};
        }
    } else {
        wrong = parse_count(text, 1, std::numeric_limits<std::uint64_t>::max(), limit.count_);
        if (!wrong && limit.count_ == 0) {
            wrong = text_error{"must be at least 1", 0, "leave it out for no limit"};
        }
    }
    if (!wrong) into = limit;
    return wrong;
}

std::string format_value(const failure_limit& value) {
    if (value.percent_) return format_value(*value.percent_);
    return value.count_ > 0 ? std::to_string(value.count_) : std::string();
}

}  // namespace grove::cmd
