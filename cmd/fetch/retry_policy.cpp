// SPDX-License-Identifier: MIT
#include "cmd/fetch/retry_policy.hpp"

#include <algorithm>
#include <limits>

namespace grove::cmd {

retry_step retry_policy::after(retry_state& state, const failure& why, std::string_view method,
                               std::optional<duration> retry_after, std::mt19937_64& random) const {
    ++state.failures_;
    const auto failed = state.source_;
    if (!is_transient(why)) state.dead_[failed] = true;
    if (!may_fail_over(why) || !may_repeat(why, method)) return {};

    const auto alive = [&](std::size_t from) {
        const auto begin = state.dead_.begin() + static_cast<std::ptrdiff_t>(from);
        return static_cast<std::size_t>(std::find(begin, state.dead_.end(), false) -
                                        state.dead_.begin());
    };
    if (const auto next = alive(failed + 1); next < state.dead_.size()) {
        state.source_ = next;
        return {retry_step::action::now, {}};
    }
    const auto first = alive(0);
    if (first == state.dead_.size() || state.round_ >= options_.retries) return {};
    state.source_ = first;
    ++state.round_;
    auto wait = backoff(state.round_, random);
    if (first == failed && retry_after) wait = std::max(wait, *retry_after);
    return {retry_step::action::later, wait};
}

duration retry_policy::backoff(unsigned round, std::mt19937_64& random) const {
    auto ceiling = std::min(options_.base, options_.cap);
    for (unsigned i = 1; i < round && ceiling < options_.cap; ++i) {
        ceiling = ceiling > options_.cap / 2 ? options_.cap : ceiling * 2;
    }
    if (ceiling <= duration::zero()) return {};
    // A remainder, not std::uniform_int_distribution: that one differs between libraries, and a
    // seed must replay anywhere. The bias is below 1e-9 for any sensible cap.
    const auto steps = static_cast<std::uint64_t>(ceiling.count()) + 1;
    return duration(static_cast<duration::rep>(random() % steps));
}

bool retry_policy::may_repeat(const failure& why, std::string_view method) const noexcept {
    return options_.methods == retry_methods::all || is_idempotent(method) ||
           was_not_sent(why.kind);
}

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
