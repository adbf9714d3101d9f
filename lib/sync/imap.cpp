// SPDX-License-Identifier: MIT
#include "core/hub_core.hpp"

#include <grove/group.hpp>

#include <algorithm>

namespace grove::detail {

void errands::wait_for_place() {
    crew_.places_.wait();
}

void errands::adopt(errand& e, greenlet_handle&& runner) {
    e.runner = &crew_.enlist(std::move(runner));
}

void errands::begin(errand& e) noexcept {
    ++running_;
    if (order_ == errand_order::input)
        line_.push_back(e);
    else
        elsewhere_.push_back(e);
}

void errands::end(errand& e) noexcept {
    e.runner = nullptr;
    e.done = true;
    if (!e.succeeded && !e.error) {
        e.error = std::make_exception_ptr(greenlet_killed("killed before it had a result"));
    }
    if (e.error && !failure_) failure_ = e.error;
    --running_;
    if (order_ == errand_order::completion) {
        elsewhere_.remove(e);
        line_.push_back(e);
    }
    if (running_ == 0 || readable() || failed()) waiting_.dismiss(news::granted);
}

void errands::no_more() noexcept {
    more_ = false;
    waiting_.dismiss(news::granted);
}

/// Who reads a result finds the place of its member free.
errand* errands::next(deadline until) {
    for (;;) {
        crew_.forget_ended();
        if (failed()) std::rethrow_exception(failure_);
        if (readable()) return line_.pop_front();
        if (!more_ && running_ == 0) return nullptr;
        if (!waiting_.wait("imap", this, until)) throw timeout_expired();
    }
}

void errands::stop() noexcept {
    const shield until_gone;
    for (auto* under_way : {&line_, &elsewhere_}) {
        for (const errand& e : *under_way) {
            if (e.runner != nullptr) e.runner->hub->interrupt_with_kill(*e.runner, nullptr);
        }
    }
    while (running_ != 0) waiting_.wait("imap", this, never);
    crew_.forget_ended();
}

std::size_t errands::default_ahead() const noexcept {
    constexpr std::size_t of_a_group = 64;
    constexpr std::size_t unlimited = static_cast<std::size_t>(-1);
    if (crew_.limit_ == unlimited) return of_a_group;
    return std::clamp(crew_.limit_, std::size_t{1}, unlimited / 2) * 2;
}

}  // namespace grove::detail
