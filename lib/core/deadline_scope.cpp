// SPDX-License-Identifier: MIT
#include <grove/deadline_scope.hpp>
#include <grove/error.hpp>

namespace grove {

deadline_scope::deadline_scope(deadline until, std::string text)
    : time_limit(raise, repetition::at_each_wait), text_(std::move(text)) {
    claim();
    move_to(until);
}

void deadline_scope::move_to(deadline until) {
    cancel();
    until_ = until;
    if (until.expired())
        run_out_now();
    else
        run_out_at(until);
}

void deadline_scope::raise(const time_limit& limit) {
    const std::string& text = static_cast<const deadline_scope&>(limit).text_;
    throw timeout_expired(text.empty() ? "deadline passed" : "deadline passed: " + text, &limit);
}

}  // namespace grove
