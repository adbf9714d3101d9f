// SPDX-License-Identifier: MIT
#include <grove/detail/wait_list.hpp>

#include <stdexcept>
#include <string>

namespace grove::detail {

void throw_destroyed(const visitor& me) {
    throw std::logic_error(std::string(me.what()) + ": destroyed while a greenlet waited on it");
}

void wait_list::dismiss(news why) noexcept {
    while (visitor* v = pop_front()) {
        v->told = why;
        v->wake();
    }
}

bool wait_list::wait(const char* what, const void* object, deadline until, const holding* held) {
    visitor me(what, object, held);
    push_back(me);
    if (me.park(until) == outcome::deadline) return false;
    if (me.told == news::destroyed) throw_destroyed(me);
    return true;
}

}  // namespace grove::detail
