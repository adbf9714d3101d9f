// SPDX-License-Identifier: MIT
#include "core/timers.hpp"

#include "base/check.hpp"

#include <algorithm>

namespace grove::detail {

void timer_queue::arm(timer_node& node, std::int64_t when) {
    GROVE_DCHECK(!node.armed(), "a timer is set once at a time");
    const auto place = static_cast<std::uint32_t>(heap_.size());
    std::uint32_t at = free_;
    if (at == timer_node::none) {
        at = static_cast<std::uint32_t>(slots_.size());
        slots_.emplace_back();
    } else {
        free_ = slots_[at].place;
    }
    slots_[at].node = &node;
    slots_[at].place = place;
    node.slot = at;
    if (node.keeps_alive) ++counting_;
    ++sequence_;
    heap_.emplace_back(when, sequence_, at);
    // The usual deadline is later than its parent's: nothing moves.
    if (place > 0 && when < heap_[(place - 1) / 4].when) sift_up(place, heap_.back());
}

void timer_queue::disarm(timer_node& node) noexcept {
    if (!node.armed()) return;
    remove(slots_[node.slot].place);
}

timer_node* timer_queue::pop_due(std::int64_t now, std::uint64_t latest) noexcept {
    if (heap_.empty() || heap_.front().when > now || heap_.front().sequence > latest)
        return nullptr;
    timer_node* due = slots_[heap_.front().slot].node;
    remove(0);
    return due;
}

void timer_queue::put(std::size_t place, const entry& e) noexcept {
    heap_[place] = e;
    slots_[e.slot].place = static_cast<std::uint32_t>(place);
}

void timer_queue::sift_up(std::size_t place, entry e) noexcept {
    while (place > 0) {
        const std::size_t parent = (place - 1) / 4;
        if (!e.before(heap_[parent])) break;
        put(place, heap_[parent]);
        place = parent;
    }
    put(place, e);
}

void timer_queue::sift_down(std::size_t place, entry e) noexcept {
    for (;;) {
        const std::size_t first = place * 4 + 1;
        if (first >= heap_.size()) break;
        const std::size_t end = std::min(first + 4, heap_.size());
        std::size_t least = first;
        for (std::size_t child = first + 1; child < end; ++child) {
            if (heap_[child].before(heap_[least])) least = child;
        }
        if (!heap_[least].before(e)) break;
        put(place, heap_[least]);
        place = least;
    }
    put(place, e);
}

void timer_queue::remove(std::size_t place) noexcept {
    slot& gone = slots_[heap_[place].slot];
    if (gone.node->keeps_alive) --counting_;
    const std::uint32_t freed = gone.node->slot;
    gone.node->slot = timer_node::none;
    gone.place = free_;
    free_ = freed;
    if (place + 1 == heap_.size()) {
        heap_.pop_back();
        return;
    }
    const entry last = heap_.back();
    heap_.pop_back();
    if (place > 0 && last.before(heap_[(place - 1) / 4]))
        sift_up(place, last);
    else
        sift_down(place, last);
}

}  // namespace grove::detail
