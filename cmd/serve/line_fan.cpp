// SPDX-License-Identifier: MIT
#include "cmd/serve/line_fan.hpp"

#include <algorithm>
#include <utility>

namespace grove::cmd {

line_fan::listener::listener(line_fan& to) : to_(to) {
    to_.listeners_.push_back(this);
}

line_fan::listener::~listener() {
    std::erase(to_.listeners_, this);
}

void line_fan::listener::hear(const std::shared_ptr<const std::string>& line) {
    if (waiting_.try_put({line, lost_})) {
        lost_ = 0;
    } else {
        ++lost_;
    }
}

void line_fan::say(std::string line) {
    const auto shared = std::make_shared<const std::string>(std::move(line));
    for (listener* one : listeners_) one->hear(shared);
}

void line_fan::end() noexcept {
    for (listener* one : listeners_) one->waiting_.close();
}

}  // namespace grove::cmd
