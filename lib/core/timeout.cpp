// SPDX-License-Identifier: MIT
#include "core/hub_core.hpp"

#include <grove/timeout.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace grove {

void time_limit::claim() noexcept {
    owner_ = &detail::hub_core::of_thread().current();
}

void time_limit::run_out_at(deadline when) {
    was_thrown_ = false;
    if (!when.is_never()) owner_->hub->timers.arm(*this, when.since_epoch().count());
}

void time_limit::run_out_now() noexcept {
    was_thrown_ = false;
    detail::hub_core::interrupt_with_timeout(*this);
}

void time_limit::cancel() noexcept {
    if (armed()) owner_->hub->timers.disarm(*this);
    if (linked()) detail::hub_core::forget_fired(*this);
}

void time_limit::on_expiry(detail::timer_node& node) noexcept {
    detail::hub_core::interrupt_with_timeout(static_cast<time_limit&>(node));
}

timeout::timeout(std::optional<duration> after)
    : time_limit(raise, repetition::once), after_(after) {
    start();
}

timeout::timeout(std::optional<duration> after, std::exception_ptr reason)
    : time_limit(raise, repetition::once), after_(after), reason_(std::move(reason)) {
    start();
}

timeout::timeout(std::optional<duration> after, std::string text)
    : time_limit(raise, repetition::once), after_(after), text_(std::move(text)) {
    start();
}

void timeout::start() {
    if (pending()) {
        throw std::logic_error("the timeout is already started; cancel it before a restart");
    }
    claim();
    if (after_) run_out_at(std::max(*after_, duration::zero()));
}

std::string timeout::text() const {
    if (!after_) return {};
    const double seconds = std::chrono::duration<double>(*after_).count();
    std::string said = fmt::format("{:g} second{}", seconds, seconds == 1 ? "" : "s");
    if (!text_.empty()) said += ": " + text_;
    return said;
}

void timeout::raise(const time_limit& limit) {
    const auto& me = static_cast<const timeout&>(limit);
    if (me.reason_) std::rethrow_exception(me.reason_);
    throw timeout_expired(me.text(), &me);
}

shield::shield() noexcept : owner_(&detail::hub_core::of_thread().current()) {
    ++owner_->shields;
}

shield::~shield() {
    --owner_->shields;
}

}  // namespace grove
