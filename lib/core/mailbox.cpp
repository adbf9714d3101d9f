// SPDX-License-Identifier: MIT
#include "core/mailbox.hpp"

#include "core/fork_guard.hpp"

#include <grove/error.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

namespace grove::detail {

mailbox::mailbox() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!event_) throw_errno("eventfd");
}

bool mailbox::post(task f) {
    const std::lock_guard hold(mutex_);
    return take_in(f, asleep_);
}

bool mailbox::post_and_ring(task f) {
    const std::lock_guard hold(mutex_);
    return take_in(f, true);
}

bool mailbox::take_in(task& f, bool loudly) {
    if (closed_) return false;
    posted_.push_back(std::move(f));
    mail_.store(true, std::memory_order_release);
    if (loudly) ring();
    return true;
}

void mailbox::stop_expecting() noexcept {
    expected_.fetch_sub(1, std::memory_order_acq_rel);
    const std::lock_guard hold(mutex_);
    if (asleep_) ring();
}

std::vector<task> mailbox::collect() {
    const std::lock_guard hold(mutex_);
    mail_.store(false, std::memory_order_relaxed);
    return std::exchange(posted_, {});
}

bool mailbox::fall_asleep() {
    const std::lock_guard hold(mutex_);
    asleep_ = posted_.empty();
    return asleep_;
}

void mailbox::wake_up() noexcept {
    const std::lock_guard hold(mutex_);
    asleep_ = false;
}

void mailbox::silence() noexcept {
    std::uint64_t rings = 0;
    [[maybe_unused]] const ssize_t n = ::read(event_.get(), &rings, sizeof rings);
}

void mailbox::close() {
    std::vector<task> dropped;
    const std::lock_guard hold(mutex_);
    closed_ = true;
    asleep_ = false;  // nobody rings any more
    event_.reset();
    dropped.swap(posted_);
}

void mailbox::ring() noexcept {
    if (in_forked_child()) return;  // the bell is its parent's
    const std::uint64_t one = 1;
    // Fails only when the counter is full: then the hub has been rung already.
    [[maybe_unused]] const ssize_t n = ::write(event_.get(), &one, sizeof one);
}

}  // namespace grove::detail
