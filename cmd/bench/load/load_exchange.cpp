// SPDX-License-Identifier: MIT
#include "cmd/bench/load/load_exchange.hpp"

#include <utility>

namespace grove::cmd {

deadline load_exchange::meet(std::size_t made, const std::string& problem) {
    {
        const std::lock_guard lock(mutex_);
        made_ += made;
        if (problem_.empty()) problem_ = problem;
        if (++arrived_ == senders_) ready_.set();
    }
    begin_.wait();
    const std::lock_guard lock(mutex_);
    return when_;
}

std::unique_ptr<tally> load_exchange::hand_in(second_tally seen) {
    std::unique_ptr<tally> next;
    {
        const std::lock_guard lock(mutex_);
        handed_in_.push_back(std::move(seen));
        if (!empty_.empty()) {
            next = std::move(empty_.back());
            empty_.pop_back();
        }
    }
    news_.set();
    return next ? std::move(next) : std::make_unique<tally>();
}

void load_exchange::leave(const sender_end& end) {
    {
        const std::lock_guard lock(mutex_);
        ends_.cpu += end.cpu;
        ends_.unsent += end.unsent;
        ++left_;
    }
    news_.set();
}

std::size_t load_exchange::wait_ready(std::string& problem) {
    ready_.wait();
    const std::lock_guard lock(mutex_);
    problem = problem_;
    return made_;
}

void load_exchange::begin(deadline when) {
    {
        const std::lock_guard lock(mutex_);
        when_ = when;
    }
    begin_.set();
}

void load_exchange::stop() {
    stopping_.store(true, std::memory_order_relaxed);
    stop_.set();
}

std::vector<second_tally> load_exchange::collect(deadline until) {
    news_.wait(until);
    news_.clear();
    const std::lock_guard lock(mutex_);
    return std::exchange(handed_in_, {});
}

void load_exchange::recycle(std::unique_ptr<tally> used) {
    used->clear();
    const std::lock_guard lock(mutex_);
    empty_.push_back(std::move(used));
}

bool load_exchange::over() const {
    const std::lock_guard lock(mutex_);
    return left_ == senders_ && handed_in_.empty();
}

sender_end load_exchange::sum_of_ends() const {
    const std::lock_guard lock(mutex_);
    return ends_;
}

}  // namespace grove::cmd
