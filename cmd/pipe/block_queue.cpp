// SPDX-License-Identifier: MIT
#include "cmd/pipe/block_queue.hpp"

#include <algorithm>
#include <utility>

namespace grove::cmd {

void block_queue::put(block what) {
    while (full() && !closed_) {
        room_.clear();
        room_.wait();
    }
    if (closed_ || joins_last(what)) return;
    items_ += what.items;
    bytes_ += what.bytes.size();
    passed_ += what.items;
    blocks_.push_back(std::move(what));
    news_.set();
}

/// A block without items says only what is settled. Two places are kept where the one before was
/// the end of something and this one is not.
bool block_queue::joins_last(const block& what) noexcept {
    if (what.items > 0 || !what.bytes.empty() || blocks_.empty()) return false;
    block& last = blocks_.back();
    if (last.exact && !what.exact) return what.through <= last.through;
    last.through = std::max(last.through, what.through);
    last.exact = what.exact;
    return true;
}

std::optional<block> block_queue::get(deadline until) {
    while (blocks_.empty()) {
        if (closed_) return std::nullopt;
        news_.clear();
        if (!news_.wait(until)) return std::nullopt;
    }
    block taken = std::move(blocks_.front());
    blocks_.pop_front();
    items_ -= taken.items;
    bytes_ -= taken.bytes.size();
    if (!full()) room_.set();
    return taken;
}

void block_queue::close() noexcept {
    closed_ = true;
    room_.set();
    news_.set();
}

void block_queue::close_now() noexcept {
    blocks_.clear();
    items_ = 0;
    bytes_ = 0;
    close();
}

double block_queue::fill(std::size_t items) const noexcept {
    const auto share = [](std::size_t of, std::size_t most) {
        return static_cast<double>(of) / static_cast<double>(most);
    };
    return std::min(1.0,
                    std::max(share(items_ + items, limits_.items), share(bytes_, limits_.bytes)));
}

}  // namespace grove::cmd
