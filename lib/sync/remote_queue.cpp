// SPDX-License-Identifier: MIT
#include <grove/remote_queue.hpp>

#include <stdexcept>

namespace grove::detail {

remote_queue_core::remote_queue_core(std::size_t room) : capacity(room) {
    if (room == 0) throw std::invalid_argument("a remote_queue needs room for an item");
}

void remote_queue_core::end(news why, remote_calls& calls) noexcept {
    closed = true;
    getters.dismiss(why, calls);
    watchers.dismiss(why, calls);
    putters.dismiss(why, calls);
}

void remote_queue_core::abandon() noexcept {
    remote_calls calls;
    const std::lock_guard held(mutex);
    end(news::destroyed, calls);
}

}  // namespace grove::detail
