// SPDX-License-Identifier: MIT
#include <grove/queue.hpp>

#include <string>

namespace grove {

queue_closed::queue_closed(const char* call)
    : std::runtime_error(std::string(call) + ": it is closed") {}

queue_closed::~queue_closed() = default;

namespace detail {

queue_core::queue_core(std::size_t room) : capacity(room), limit(room) {
    if (room == 0) throw std::invalid_argument("a queue needs room for an item; see channel");
}

void queue_core::close() noexcept {
    closed = true;
    limit = 0;
    getters.dismiss(news::closed);
    peekers.dismiss(news::closed);
    putters.dismiss(news::closed);
}

void queue_core::task_done(std::size_t tasks) {
    if (tasks > unfinished) throw std::logic_error("task_done was said more often than put");
    unfinished -= tasks;
    if (unfinished == 0) joiners.dismiss(news::granted);
}

bool queue_core::join(deadline until) {
    return unfinished == 0 || joiners.wait("queue.join", this, until);
}

void throw_not_put(const visitor& me) {
    if (me.told == news::destroyed) throw_destroyed(me);
    throw queue_closed(me.what());
}

}  // namespace detail
}  // namespace grove
