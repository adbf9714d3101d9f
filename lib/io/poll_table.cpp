// SPDX-License-Identifier: MIT
#include "io/poll_table.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace grove::detail {
namespace {

// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): `closing` gets a number alone
thread_local constinit poll_table* table_of_thread = nullptr;

readiness interest_of(short events) noexcept {
    readiness wanted = readiness::none;
    if ((events & (POLLIN | POLLRDNORM | POLLRDBAND | POLLPRI | POLLRDHUP)) != 0)
        wanted = wanted | readiness::read;
    if ((events & (POLLOUT | POLLWRNORM | POLLWRBAND)) != 0) wanted = wanted | readiness::write;
    return wanted;
}

}  // namespace

poll_table::poll_table(hub& owner) : hub_(owner.core()), process_(::getpid()), gate_(*this) {
    hub_.descriptors.attach(descriptors_.descriptor(), gate_, readiness::read, trigger::level);
    table_of_thread = this;
}

poll_table::~poll_table() {
    table_of_thread = nullptr;
    hub_.descriptors.detach(descriptors_.descriptor());
}

void poll_table::closing(int fd) noexcept {
    poll_table* const table = table_of_thread;
    const auto index = static_cast<std::size_t>(fd);
    if (table == nullptr || fd < 0 || index >= table->watched_.size()) return;
    watched* const found = table->watched_[index].get();
    if (found == nullptr || found->places.empty() || ::getpid() != table->process_) return;
    while (place* one = found->places.pop_front()) {
        one->closed = true;
        one->who->wake();
    }
    table->descriptors_.detach(fd);
}

void poll_table::on_ready(fd_watcher& watcher, readiness seen) noexcept {
    for (place& one : static_cast<watched&>(watcher).places) {
        if (includes(seen, readiness::hung_up) || includes(seen, one.wanted)) one.who->wake();
    }
}

void poll_table::on_open(fd_watcher& watcher, readiness) noexcept {
    static_cast<gate&>(watcher).table.descriptors_.wait(0);
}

void poll_table::add(place& one, int fd) {
    const auto index = static_cast<std::size_t>(fd);
    if (watched_.size() <= index) watched_.resize(index + index / 2 + 16);
    if (watched_[index] == nullptr) watched_[index] = std::make_unique<watched>(fd);
    watched& found = *watched_[index];
    const readiness before = found.places.empty() ? readiness::none : found.interest;
    const readiness together = before | one.wanted;
    // Also when nothing is to be added: the number may have a new owner since the others began to
    // wait, and then this call is what registers it.
    if (found.places.empty())
        descriptors_.attach(fd, found, together, trigger::edge);
    else
        descriptors_.modify(fd, together, trigger::edge);
    found.interest = together;
    one.at = &found;
    found.places.push_back(one);
}

void poll_table::remove(place& one) noexcept {
    if (!one.linked()) return;
    one.unlink();
    if (one.at->places.empty()) descriptors_.detach(one.at->fd);
}

poll_table::wait::wait(poll_table& table, std::span<const pollfd> descriptors)
    : table_(table), places_(descriptors.size()) {
    try {
        for (std::size_t i = 0; i < places_.size(); ++i) {
            if (descriptors[i].fd < 0) continue;
            places_[i].who = this;
            places_[i].wanted = interest_of(descriptors[i].events);
            try {
                table_.add(places_[i], descriptors[i].fd);
                holds_ = true;
            } catch (const std::system_error& e) {
                // A file: it is ready for all that can be asked, and nothing was asked of it.
                if (e.code().value() != EPERM) throw;
            }
        }
    } catch (...) {
        leave();
        throw;
    }
    if (holds_) table_.hub_.hold();
}

poll_table::wait::~wait() {
    leave();
    if (holds_) table_.hub_.let_go();
}

void poll_table::wait::leave() noexcept {
    for (place& one : places_) table_.remove(one);
}

void poll_table::wait::mark_closed(std::span<pollfd> descriptors) const noexcept {
    for (std::size_t i = 0; i < places_.size(); ++i) {
        if (places_[i].closed) descriptors[i].revents = POLLNVAL;
    }
}

}  // namespace grove::detail
