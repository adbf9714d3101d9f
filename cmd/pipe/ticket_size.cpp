// SPDX-License-Identifier: MIT
#include "cmd/pipe/ticket_size.hpp"

#include <algorithm>
#include <chrono>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration short_time = 4ms;
constexpr duration long_time = 16ms;

}  // namespace

void ticket_size::took(std::size_t items, duration time) noexcept {
    if (time > long_time)
        items_ = std::max<std::size_t>(1, items_ / 2);
    else if (time < short_time && items == items_)
        items_ = std::min(most, items_ * 2);
}

}  // namespace grove::cmd
