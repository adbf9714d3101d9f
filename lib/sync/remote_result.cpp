// SPDX-License-Identifier: MIT
#include <grove/error.hpp>
#include <grove/remote_result.hpp>

namespace grove::detail {

bool remote_result_core::wait(deadline until) {
    std::unique_lock held(mutex);
    if (ready) return true;
    remote_visitor me("remote_result", this);
    return waiting.wait(me, held, until, shared_from_this());
}

void remote_result_core::finish(deadline until) {
    if (!wait(until)) throw timeout_expired();
    if (error) std::rethrow_exception(error);
}

bool remote_result_core::fail(std::exception_ptr why) {
    remote_calls calls;
    const std::lock_guard held(mutex);
    if (ready) return false;
    error = std::move(why);
    complete(calls);
    return true;
}

void remote_result_core::abandon() noexcept {
    remote_calls calls;
    const std::lock_guard held(mutex);
    waiting.dismiss(news::destroyed, calls);
}

void remote_result_core::complete(remote_calls& calls) noexcept {
    ready = true;
    waiting.dismiss(news::granted, calls);
}

}  // namespace grove::detail
