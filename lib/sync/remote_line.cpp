// SPDX-License-Identifier: MIT
#include "core/hub_core.hpp"

#include <grove/detail/c_frames.hpp>
#include <grove/detail/remote_line.hpp>
#include <grove/timeout.hpp>

#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>

namespace grove::detail {

/// Interruptions are withheld rather than thrown, for one that comes while something is handed over
/// has to wait for the next call.
bool remote_visitor::park(std::unique_lock<std::mutex>& held, deadline until) {
    const outside_work counts = hub::current().expect_outside_work();
    home_.emplace(hub::current().address());
    waiter mine(what_, object_);
    waiting_ = &mine;
    held.unlock();
    std::exception_ptr failure;
    try {
        const withhold here;
        mine.park(until);
    } catch (...) {  // thrown below, unless something was handed over meanwhile
        failure = std::current_exception();
    }
    waiting_ = nullptr;
    held.lock();
    const bool told = was_told_;
    if (!told) unlink();
    if (!told && failure == nullptr) return false;
    held.unlock();
    if (told) {
        await_call();
        return true;
    }
    throw_interruption();
    std::rethrow_exception(failure);
}

/// The one who told is about to call, and touches this until it has.
void remote_visitor::await_call() {
    if (called_) return;
    const shield until_called;
    waiter mine(what_, object_);
    waiting_ = &mine;
    mine.park();
    waiting_ = nullptr;
}

bool remote_visitor::block(std::unique_lock<std::mutex>& held, deadline until) {
    using clock = std::chrono::steady_clock;
    const auto was_told = [this] { return was_told_; };
    if (until.is_never()) {
        changed_.wait(held, was_told);
    } else if (!changed_.wait_until(held, clock::time_point(until.since_epoch()), was_told)) {
        unlink();
        return false;
    }
    held.unlock();
    return true;
}

/// The frame that this lies in may be left before `post` has returned.
void remote_visitor::call() {
    const hub_address home = *home_;
    home.post([this] {
        called_ = true;
        if (waiting_ != nullptr) waiting_->wake();
    });
}

void remote_calls::make() noexcept {
    while (remote_visitor* one = told_.pop_front()) one->call();
}

void remote_line::tell_first(news what, remote_calls& calls) noexcept {
    remote_visitor& first = front();
    first.unlink();
    first.told_ = what;
    first.was_told_ = true;
    if (first.home_)
        calls.told_.push_back(first);
    else
        first.changed_.notify_one();  // under the lock: the thread may go on by itself
}

void remote_line::dismiss(news why, remote_calls& calls) noexcept {
    while (!empty()) tell_first(why, calls);
}

bool remote_line::wait(remote_visitor& me, std::unique_lock<std::mutex>& held, deadline until,
                       const std::shared_ptr<const void>& /*kept*/) {
    visitors_.push_back(me);
    const bool told = this_hub == nullptr ? me.block(held, until) : me.park(held, until);
    if (told && me.told() == news::destroyed) {
        throw std::logic_error(std::string(me.what()) + ": the last handle went meanwhile");
    }
    return told;
}

}  // namespace grove::detail
