// SPDX-License-Identifier: MIT
#include "cmd/fetch/retry_policy.hpp"

#include "cmd/common/backoff.hpp"

#include <algorithm>

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
    return jittered_backoff(options_.base, options_.cap, round, random);
}

bool retry_policy::may_repeat(const failure& why, std::string_view method) const noexcept {
    return options_.methods == retry_methods::all || is_idempotent(method) ||
           was_not_sent(why.kind);
}

}  // namespace grove::cmd
