// SPDX-License-Identifier: MIT
#include <grove/remote_semaphore.hpp>

namespace grove {
namespace detail {

bool remote_semaphore_state::acquire(deadline until) {
    std::unique_lock held(mutex);
    if (tokens != 0) {
        --tokens;
        return true;
    }
    remote_visitor me("remote_semaphore", this);
    return waiting.wait(me, held, until, shared_from_this());
}

void remote_semaphore_state::abandon() noexcept {
    remote_calls calls;
    const std::lock_guard held(mutex);
    waiting.dismiss(news::destroyed, calls);
}

}  // namespace detail

remote_semaphore::remote_semaphore(std::size_t tokens)
    : shared_(std::make_shared<detail::remote_semaphore_state>(tokens)) {}

bool remote_semaphore::acquire(deadline until) {
    return shared_->acquire(until);
}

bool remote_semaphore::try_acquire() {
    const std::lock_guard held(shared_->mutex);
    if (shared_->tokens == 0) return false;
    --shared_->tokens;
    return true;
}

void remote_semaphore::release(std::size_t tokens) {
    detail::remote_calls calls;
    const std::lock_guard held(shared_->mutex);
    for (; tokens != 0 && !shared_->waiting.empty(); --tokens) {
        shared_->waiting.tell_first(detail::news::granted, calls);
    }
    shared_->tokens += tokens;
}

std::size_t remote_semaphore::available() const {
    const std::lock_guard held(shared_->mutex);
    return shared_->tokens;
}

}  // namespace grove
