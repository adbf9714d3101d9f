// SPDX-License-Identifier: MIT
#include <grove/semaphore.hpp>

#include <stdexcept>

namespace grove {

bool semaphore::acquire_slowly(deadline until) {
    if (!wait_for_token(until)) return false;
    --tokens_;
    pass_on();
    return true;
}

bool semaphore::wait(deadline until) {
    if (!wait_for_token(until)) return false;
    pass_on();
    return true;
}

/// A woken greenlet may find that another was quicker. It was the first in the list, so it waits on
/// as the first.
bool semaphore::wait_for_token(deadline until) {
    for (bool before = false; tokens_ == 0; before = true) {
        detail::visitor me(what_, this, held_);
        if (before)
            waiting_.push_front(me);
        else
            waiting_.push_back(me);
        if (me.park(until) == detail::outcome::deadline) return false;
        if (me.told == detail::news::destroyed) detail::throw_destroyed(me);
    }
    return true;
}

/// `release` wakes only the first in the list; each who leaves it wakes the next while tokens are
/// left.
void semaphore::pass_on() noexcept {
    if (tokens_ != 0 && !waiting_.empty()) waiting_.front().wake();
}

void bounded_semaphore::throw_surplus() {
    throw std::logic_error("the semaphore was released too many times");
}

}  // namespace grove
