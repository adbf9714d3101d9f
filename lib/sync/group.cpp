// SPDX-License-Identifier: MIT
#include "core/fork_guard.hpp"

#include <grove/group.hpp>
#include <grove/timeout.hpp>

#include <algorithm>
#include <iterator>

namespace grove {

struct group::member : detail::end_watcher {
    member(group& g, greenlet_handle&& h) noexcept
        : end_watcher(member_ended), home(&g), handle(std::move(h)) {}

    group* home;
    greenlet_handle handle;
    bool shot = false;
    std::list<member>::iterator self;
};

group::group() : group(static_cast<std::size_t>(-1), "group.spawn") {}

group::group(std::size_t places, const char* what)
    : limit_(places), places_(places, what, &held_) {}

group::~group() {
    const bool idle = size_ == 0 && !reaper_.valid() && !admitter_.valid();
    if (idle || detail::in_forked_child()) return;
    const shield until_gone;
    ++kills_;
    drop_deferred();
    admitter_ = {};
    kill_reason_ = nullptr;
    for (member& m : members_) shoot(m);
    do {  // others may still find their way in while this waits
        while (!members_.empty()) members_.front().handle.join();
        reaper_ = {};
    } while (!members_.empty());
    places_.waiting_.dismiss(detail::news::destroyed);
    forget_ended();
}

void group::membership::each_holder(
    const std::function<void(const detail::greenlet_core&)>& tell) const {
    for (const member& m : group_.members_) tell(m.handle.core());
}

const char* group::membership::remark() const noexcept {
    return group_.limit_ == static_cast<std::size_t>(-1) ? ""
                                                         : "its own members wait for the full pool";
}

std::uint32_t group::add(greenlet_handle&& g) {
    places_.wait();
    return enlist(std::move(g)).number;
}

bool group::is_member() const noexcept {
    const detail::end_watcher* const watcher = detail::running().watcher;
    return watcher != nullptr && watcher->on_end == member_ended &&
           static_cast<const member*>(watcher)->home == this;
}

void group::defer(detail::task call, detail::source_location from) {
    if (backlog_.empty() && !places_.locked()) {
        enlist(grove::spawn(std::move(call), from));
        return;
    }
    if (kills_ != 0) return;  // dropping it tells its result
    backlog_.push_back({std::move(call), from});
    if (admitter_.valid() && !admitter_.ready()) return;
    admitter_ = grove::spawn({.name = "group.async"}, [this] { admit_deferred(); });
}

void group::admit_deferred() {
    while (!backlog_.empty()) {
        places_.wait();
        if (backlog_.empty()) return;  // dropped meanwhile
        deferred first = std::move(backlog_.front());
        backlog_.pop_front();
        enlist(grove::spawn(std::move(first.call), first.from));
    }
}

void group::drop_deferred() noexcept {
    const std::deque<deferred> dropped = std::exchange(backlog_, {});
    if (!dropped.empty() && size_ == 0) joiners_.dismiss(detail::news::granted);
}

detail::greenlet_core& group::enlist(greenlet_handle&& g) {
    member& m = members_.emplace_back(*this, std::move(g));
    m.self = std::prev(members_.end());
    ++size_;
    static_cast<void>(places_.try_acquire());
    detail::greenlet_core& core = m.handle.core();
    core.watcher = &m;
    if (core.finished())
        member_ended(m, core);
    else if (kills_ != 0)
        shoot(m);
    return core;
}

greenlet_handle group::discard(std::uint32_t id) {
    for (std::list<member>* part : {&members_, &ended_}) {
        const auto found = find(*part, id);
        if (found == part->end()) continue;
        greenlet_handle handle = std::move(found->handle);
        handle.core().watcher = nullptr;
        forget(*part, found);
        return handle;
    }
    return {};
}

bool group::contains(std::uint32_t id) const noexcept {
    const auto is_it = [id](const member& m) { return m.handle.id() == id; };
    return std::any_of(members_.begin(), members_.end(), is_it) ||
           std::any_of(ended_.begin(), ended_.end(), is_it);
}

std::list<group::member>::iterator group::find(std::list<member>& in, std::uint32_t id) noexcept {
    return std::find_if(in.begin(), in.end(),
                        [id](const member& m) { return m.handle.id() == id; });
}

bool group::join(deadline until) {
    return (size_ == 0 && backlog_.empty()) || joiners_.wait("group.join", this, until, &held_);
}

bool group::join(group_join_options options) {
    if (!join(options.until)) return false;
    if (options.rethrow && failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    return true;
}

bool group::kill(deadline until) {
    return kill(nullptr, until);
}

bool group::kill(std::exception_ptr reason, deadline until) {
    ++kills_;
    const on_exit over([this] { --kills_; });
    kill_reason_ = std::move(reason);
    for (member& m : members_) shoot(m);
    drop_deferred();
    return join(until);
}

void group::shoot(member& m) {
    if (std::exchange(m.shot, true)) return;
    m.handle.request_kill(kill_reason_);
}

/// Runs on the last turn of the greenlet. Its member goes in a turn of its own, so that what was
/// ready before sees the group as it was.
void group::member_ended(detail::end_watcher& watcher, detail::greenlet_core& core) noexcept {
    auto& m = static_cast<member&>(watcher);
    group& g = *m.home;
    if (core.failure && !g.failure_) g.failure_ = core.failure;
    g.ended_.splice(g.ended_.end(), g.members_, m.self);
    if (g.reaper_.valid() && !g.reaper_.ready()) return;
    g.reaper_ = grove::spawn([&g] { g.forget_ended(); });
}

void group::forget_ended() noexcept {
    while (!ended_.empty()) forget(ended_, ended_.begin());
}

void group::forget(std::list<member>& from, std::list<member>::iterator m) noexcept {
    from.erase(m);
    --size_;
    places_.release();
    if (size_ == 0 && backlog_.empty()) joiners_.dismiss(detail::news::granted);
}

}  // namespace grove
