// SPDX-License-Identifier: MIT
#include <grove/remote_event.hpp>

namespace grove {
namespace detail {

void remote_event_state::set() {
    remote_calls calls;
    const std::lock_guard held(mutex);
    is_set = true;
    waiting.dismiss(news::granted, calls);
}

bool remote_event_state::wait(deadline until) {
    std::unique_lock held(mutex);
    if (is_set) return true;
    remote_visitor me("remote_event", this);
    return waiting.wait(me, held, until, shared_from_this());
}

void remote_event_state::abandon() noexcept {
    remote_calls calls;
    const std::lock_guard held(mutex);
    waiting.dismiss(news::destroyed, calls);
}

}  // namespace detail

remote_event::remote_event() : shared_(std::make_shared<detail::remote_event_state>()) {}

void remote_event::clear() {
    const std::lock_guard held(shared_->mutex);
    shared_->is_set = false;
}

bool remote_event::is_set() const {
    const std::lock_guard held(shared_->mutex);
    return shared_->is_set;
}

bool remote_event::wait(deadline until) {
    return shared_->wait(until);
}

}  // namespace grove
