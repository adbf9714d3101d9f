// SPDX-License-Identifier: MIT
#include "core/hub_core.hpp"

#include <grove/timeout.hpp>

#include <fmt/format.h>

#include <stdexcept>

namespace grove {

timeout::timeout(std::optional<duration> after) : timer_node(on_expiry), after_(after) {
    start();
}

timeout::timeout(std::optional<duration> after, std::exception_ptr reason)
    : timer_node(on_expiry), after_(after), reason_(std::move(reason)) {
    start();
}

timeout::timeout(std::optional<duration> after, std::string text)
    : timer_node(on_expiry), after_(after), text_(std::move(text)) {
    start();
}

void timeout::start() {
    if (pending()) {
        throw std::logic_error("the timeout is already started; cancel it before a restart");
    }
    detail::hub_core& hub = detail::hub_core::of_thread();
    owner_ = &hub.current();
    if (!after_) return;
    const deadline when(std::max(*after_, duration::zero()));
    if (!when.is_never()) hub.timers.arm(*this, when.since_epoch().count());
}

void timeout::cancel() noexcept {
    if (armed()) owner_->hub->timers.disarm(*this);
    if (linked()) detail::hub_core::forget_fired(*this);
}

std::string timeout::text() const {
    if (!after_) return {};
    const double seconds = std::chrono::duration<double>(*after_).count();
    std::string said = fmt::format("{:g} second{}", seconds, seconds == 1 ? "" : "s");
    if (!text_.empty()) said += ": " + text_;
    return said;
}

void timeout::on_expiry(detail::timer_node& node) noexcept {
    detail::hub_core::interrupt_with_timeout(static_cast<timeout&>(node));
}

void timeout::raise() {
    if (reason_) std::rethrow_exception(reason_);
    throw timeout_expired(text(), this);
}

shield::shield() noexcept : owner_(&detail::hub_core::of_thread().current()) {
    ++owner_->shields;
}

shield::~shield() {
    --owner_->shields;
}

}  // namespace grove
