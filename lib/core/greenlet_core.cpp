// SPDX-License-Identifier: MIT
#include "base/check.hpp"
#include "core/hub_core.hpp"

#include <grove/detail/c_frames.hpp>
#include <grove/error.hpp>
#include <grove/greenlet.hpp>

#include <algorithm>
#include <utility>

/// What happens to a greenlet from outside its own turns: interruptions, links, locals, delays.

namespace grove::detail {

greenlet_extras& hub_core::extras(greenlet_core& g) {
    if (g.extras == nullptr) g.extras = new greenlet_extras;
    return *g.extras;
}

std::string waiter::owner_name() const {
    return hub_core::name_of(*owner_);
}

std::string hub_core::name_of(const greenlet_core& g) {
    if (g.extras != nullptr && !g.extras->name.empty()) return g.extras->name;
    if (&g == &g.hub->main_) return "main greenlet";
    if (&g == &g.hub->hub_greenlet_) return "the hub";
    return "Greenlet-" + std::to_string(g.number);
}

// --- interruptions ---

void hub_core::interrupt(greenlet_core& g, interruption kind) noexcept {
    g.interruptions |= kind;
    if (g.state_ == greenlet_state::parked && g.shields == 0) g.hub->push_ready_from_outside(g);
}

void hub_core::interrupt_with_kill(greenlet_core& g, std::exception_ptr reason) {
    if (g.finished()) return;
    extras(g).kill_reason = std::move(reason);
    g.extras->kill_was_thrown = false;
    interrupt(g, kill_pending);
    if (g.state_ == greenlet_state::fresh && g.hub == this) {  // its start is a timer: end it now
        timers.disarm(*g.extras->start);
        push_ready_from_outside(g);
    }
}

void hub_core::interrupt_with_timeout(time_limit& t) noexcept {
    greenlet_core& g = *t.owner_;
    extras(g).fired.push_back(t);
    interrupt(g, timeout_pending);
}

void hub_core::forgive(greenlet_core& g) noexcept {
    g.interruptions = static_cast<std::uint8_t>(g.interruptions & ~kill_pending);
    if (g.extras != nullptr) g.extras->kill_reason = nullptr;
}

void hub_core::forget_fired(time_limit& t) noexcept {
    t.unlink();
    greenlet_core& g = *t.owner_;
    if (g.extras->fired.empty()) {
        g.interruptions = static_cast<std::uint8_t>(g.interruptions & ~timeout_pending);
    }
}

/// Throws the pending interruption of the running greenlet, unless it is shielded or its stack is
/// being unwound already: a destructor that waits must not throw. A kill goes before what has run
/// out, for it ends the handlers of those too. A timeout is thrown once, a kill and a deadline
/// scope at every parking point.
void hub_core::deliver(greenlet_core& g) {
    if ((g.interruptions & fork_pending) != 0) refuse_forked_child();
    if (g.shields != 0 || exceptions_->uncaught_exceptions != 0) {
        if ((g.interruptions & report_pending) != 0)
            fatal(g.extras->report);  // nothing to wait for
        return;
    }
    if ((g.interruptions & report_pending) != 0) {
        g.interruptions = static_cast<std::uint8_t>(g.interruptions & ~report_pending);
        throw would_block_forever(std::exchange(g.extras->report, {}));
    }
    const bool killed = (g.interruptions & kill_pending) != 0;
    (killed ? g.extras->kill_was_thrown : g.extras->fired.front().was_thrown_) = true;
    if (g.withholds != 0) throw withheld(killed);
    if (killed) {
        if (g.extras->kill_reason) std::rethrow_exception(g.extras->kill_reason);
        throw greenlet_exit();
    }
    time_limit& first = g.extras->fired.front();
    if (first.thrown_ == time_limit::repetition::once) forget_fired(first);
    first.raise_(first);
}

/// What `deliver` would throw was thrown before, and swallowed: one that does so in a loop has to
/// let others run, or nobody could ever end it.
bool hub_core::would_deliver_again(const greenlet_core& g) const noexcept {
    if (g.shields != 0 || exceptions_->uncaught_exceptions != 0) return false;
    if ((g.interruptions & kill_pending) != 0) return g.extras->kill_was_thrown;
    return (g.interruptions & timeout_pending) != 0 && g.extras->fired.front().was_thrown_;
}

void hub_core::deliver_before(waiter& w) {
    greenlet_core& me = *current_;
    if (would_deliver_again(me)) {
        ++me.shields;
        yield();
        --me.shields;
    }
    if (!w.woken_) deliver(me);
}

void hub_core::deliver_before_yield(greenlet_core& g) {
    if (!would_deliver_again(g)) deliver(g);
}

withheld::~withheld() = default;

const char* withheld::what() const noexcept {
    return kill_ ? "killed in a C call" : "timed out in a C call";
}

withhold::withhold() noexcept : owner_(&hub_core::of_thread().current()) {
    ++owner_->withholds;
}

withhold::~withhold() {
    --owner_->withholds;
}

void hub_core::throw_interruption() {
    if (current_->interruptions != 0) deliver(*current_);
}

void throw_interruption() {
    hub_core::of_thread().throw_interruption();
}

bool in_greenlet() noexcept {
    if (this_hub == nullptr || this_hub->on_hub() || in_forked_child()) return false;
    return &this_hub->current() != &this_hub->main_greenlet();
}

// --- links and locals ---

std::uint64_t hub_core::add_link(greenlet_core& g, std::uint8_t endings, task call) {
    const std::uint64_t number = ++last_link_;
    extras(g).links.push_back({number, endings, std::move(call)});
    if (g.finished()) start_links(g);
    return number;
}

void hub_core::start_links(greenlet_core& g) noexcept {
    const unsigned bit = g.ended == ending::failed ? link_on_failure : link_on_success;
    for (greenlet_extras::link& link : std::exchange(g.extras->links, {})) {
        if ((link.endings & bit) != 0) spawn_detached(std::move(link.call), g.spawned);
    }
}

void hub_core::drop_locals(greenlet_core& g) noexcept {
    if (g.extras == nullptr) return;
    ++g.shields;  // destructors may wait
    while (!g.extras->locals.empty()) {
        const greenlet_extras::local_value last = g.extras->locals.back();
        g.extras->locals.pop_back();
        last.destroy(last.value);
    }
    --g.shields;
}

// --- delayed starts ---

void hub_core::launch_after(greenlet_core& g, duration delay) {
    auto start = std::make_unique<greenlet_extras::delayed_start>(start_delayed, g);
    timers.arm(*start, (deadline::now() + delay).since_epoch().count());
    extras(g).start = std::move(start);
    enrol(g);
}

void hub_core::start_delayed(timer_node& node) noexcept {
    greenlet_core& g = *static_cast<greenlet_extras::delayed_start&>(node).who;
    g.hub->push_ready_from_outside(g);
}

greenlet_core& running() noexcept {
    return hub_core::of_thread().current();
}

void launch_after(greenlet_core& core, duration delay) {
    this_hub->launch_after(core, delay);
}

}  // namespace grove::detail
