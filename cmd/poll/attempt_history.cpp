// SPDX-License-Identifier: MIT
#include "cmd/poll/attempt_history.hpp"

#include <cstddef>

namespace grove::cmd {

void attempt_history::add(duration at, std::string_view what) {
    ++attempts_;
    if (!spells_.empty() && spells_.back().what == what) {
        ++spells_.back().attempts;
        return;
    }
    if (spells_.size() == first_kept + last_kept) {
        spells_.erase(spells_.begin() + first_kept);
        ++left_out_;
    }
    spells_.push_back({at, std::string(what), 1});
}

}  // namespace grove::cmd
