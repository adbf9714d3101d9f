// SPDX-License-Identifier: MIT
#include "io/fd_wait.hpp"

#include "io/poll_table.hpp"

#include <grove/error.hpp>
#include <grove/timeout.hpp>

#include <fcntl.h>

#include <cerrno>
#include <string>

namespace grove::detail {
namespace {

constexpr const char* names[2] = {"reads", "writes"};

[[noreturn]] void throw_busy(const char* call, direction d, const waiter& other) {
    throw std::system_error(
        EALREADY, std::generic_category(),
        std::string(call) + " in " + hub_core::name_of(hub_core::of_thread().current()) + ": " +
            other.owner_name() + " already " + names[static_cast<int>(d)] + " this descriptor");
}

}  // namespace

fd_wait::fd_wait(int fd, blocking_flag flag)
    : fd_watcher(on_ready), hub_(hub_core::of_thread()), fd_(fd) {
    const int flags = ::fcntl(fd, F_GETFL);
    const bool as_it_is = flag == blocking_flag::untouched || (flags & O_NONBLOCK) != 0;
    if (flags < 0 || (!as_it_is && ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)) {
        throw_errno("fcntl");
    }
    hub_.descriptors.attach(fd, *this, readiness::both, trigger::edge);
}

fd_wait::~fd_wait() {
    close();
}

void fd_wait::wait(direction d, deadline until, const char* call, std::string_view object) {
    waiter*& place = waiting_[index(d)];
    if (place != nullptr) throw_busy(call, d, *place);
    waiter me(call, this);
    place = &me;
    hub_.hold();
    const auto leave = [this, d] {
        waiting_[index(d)] = nullptr;
        hub_.let_go();
    };
    const on_exit at_end(leave);
    if (me.park(until) == outcome::deadline) throw_error(ETIMEDOUT, call, object);
    if (!fd_) {
        throw std::system_error(EBADF, std::generic_category(),
                                std::string(call) + ": " +
                                    std::string(object.empty() ? "the socket" : object) +
                                    " was closed in another greenlet");
    }
}

void fd_wait::close() noexcept {
    if (!fd_) return;
    hub_.descriptors.detach(fd_.get());  // before the number can be given to someone else
    poll_table::closing(fd_.get());
    fd_.reset();
    for (bool& may : ready_) may = true;  // a later call fails at once; no edge would end its wait
    wake(direction::read);
    wake(direction::write);
}

void fd_wait::wake(direction d) noexcept {
    if (waiter* w = waiting_[index(d)]) w->wake();
}

void fd_wait::on_ready(fd_watcher& watcher, readiness seen) noexcept {
    auto& me = static_cast<fd_wait&>(watcher);
    if (includes(seen, readiness::hung_up)) me.hung_up_ = true;
    for (const direction d : {direction::read, direction::write}) {
        if (!includes(seen, d == direction::read ? readiness::read : readiness::write)) continue;
        me.ready_[index(d)] = true;
        me.wake(d);
    }
}

}  // namespace grove::detail
