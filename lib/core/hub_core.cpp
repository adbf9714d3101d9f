// SPDX-License-Identifier: MIT
#include "core/hub_core.hpp"

#include "base/check.hpp"
#include "base/clock.hpp"
#include "core/one_runtime.hpp"
#include "core/overflow.hpp"

#include <grove/error.hpp>
#include <grove/greenlet.hpp>

#include <unistd.h>

#include <algorithm>
#include <limits>
#include <new>

namespace grove::detail {

thread_local constinit hub_core* this_hub = nullptr;
constinit std::atomic<void (*)(hub_core&)> at_new_hub{nullptr};

namespace {

constexpr greenlet_operations no_operations{[](greenlet_core&) {}, [](greenlet_core&) noexcept {},
                                            [](greenlet_core&) noexcept {}};

/// Ends the hub with its thread.
struct hub_owner {
    hub_owner() = default;
    hub_owner(const hub_owner&) = delete;
    hub_owner& operator=(const hub_owner&) = delete;

    ~hub_owner() {
        if (this_hub == nullptr || in_forked_child() || !this_hub->stop()) return;
        // A handle with static storage is destroyed later: what it refers to stays.
        if (this_hub->blocks.in_use() != 0) return;
        delete std::exchange(this_hub, nullptr);
    }
};

}  // namespace

hub_core& make_hub_of_thread() {
    check_one_runtime();
    report_overflows_of_thread();
    static thread_local hub_owner owner;
    this_hub = new hub_core;
    static_cast<void>(owner);
    this_hub->describe_to_debuggers();
    if (const auto tell = at_new_hub.load()) tell(*this_hub);
    return *this_hub;
}

hub_core::hub_core()
    : current_(&main_),
      exceptions_(thread_exception_globals()),
      hub_greenlet_(no_operations, 0, {}),
      main_(no_operations, 0, {}),
      face_(*this),
      door_(std::make_shared<mailbox>()),
      doorbell_([](fd_watcher&, readiness) noexcept { this_hub->door_->silence(); }) {
    thread_ = ::gettid();
    main_.since = last_look_ = clock_now();
    main_.running_on = adopt_thread_stack();
    main_.hub = hub_greenlet_.hub = this;
    hub_greenlet_.number = ~std::uint32_t{0};
    main_.state_ = greenlet_state::running;
    hub_context_ = make_context(stacks_.take(stack_size::mib_1), hub_loop, this);
    hub_greenlet_.running_on = hub_context_;
    hub_greenlet_.state_ = greenlet_state::ready;
    descriptors.attach(door_->descriptor(), doorbell_, readiness::read, trigger::level);
    all_.push_back(main_);
    set_order(order_);
    beacon_.open(door_);
}

hub_core::~hub_core() {
    retire_contexts();
    drop_locals(main_);
    delete main_.extras;
    forget_thread_stack(main_.running_on);
}

// --- the hub's loop: posted calls, descriptors, timers; then ready greenlets run ---

context* hub_core::hub_loop(context&, void* argument) {
    auto& hub = *static_cast<hub_core*>(argument);
#ifdef GROVE_TSAN
    make_place_for_tsan_signals();
#endif
    while (!hub.retiring_) {
        hub.turn();
        hub.switch_to(hub.next(leaving::comes_back));
    }
    return hub.main_.running_on;
}

void hub_core::turn() {
    do {
        check_not_forked();
        run_posted();
        poll();
        fire_timers();
        check_not_forked();  // a callback may have forked
    } while (ready_first_ == nullptr);
    budget_ = polling_interval;
}

void hub_core::run_posted() {
    if (door_->has_mail()) {
        for (task& f : door_->collect()) posted_here_.push_back(std::move(f));
    }
    if (posted_here_.empty()) return;
    tell(hub_phase::posted_calls);
    for (task& f : std::exchange(posted_here_, {})) {
        try {
            f();
        } catch (...) {
            report_error("a posted call", std::current_exception());
        }
    }
}

void hub_core::poll() {
    tell(hub_phase::poll);
    if (anything_to_do()) {
        descriptors.wait(0);
    } else if (!idlers_.empty()) {
        descriptors.wait(0);
        if (ready_first_ == nullptr && (timers.empty() || timers.earliest() > clock_now())) {
            wake_idlers();
        }
    } else if (virtual_time_ && !timers.empty()) {
        descriptors.wait(0);
        if (!anything_to_do()) jump_in_time();
    } else if (anything_can_wake()) {
        sleep();
    } else {
        descriptors.wait(0);
        if (!anything_to_do() && (timers.empty() || timers.earliest() > clock_now())) {
            nothing_left();
        }
    }
}

void hub_core::sleep() {
    // Nobody else holds the door: then nobody can ring, and two locks are saved.
    const bool reachable = door_.use_count() > 1;
    if (reachable && !door_->fall_asleep()) return;
    std::int64_t limit = -1;
    if (!timers.empty()) {
        limit = std::max<std::int64_t>(timers.earliest() - clock_now(), 0);
    }
    beacon_.set_asleep(true);
    tell(hub_phase::sleep);
    descriptors.wait(limit);
    beacon_.set_asleep(false);
    if (timers.empty()) last_look_ = clock_now();  // else when they fire
    if (reachable) door_->wake_up();
}

void hub_core::jump_in_time() noexcept {
    virtual_now_ = std::max(virtual_now_, timers.earliest());
}

void hub_core::fire_timers() noexcept {
    last_look_ = timers.empty() ? last_look_ : clock_now();
    if (timers.empty() || timers.earliest() > last_look_) return;
    tell(hub_phase::timers);
    const std::uint64_t latest = timers.latest();
    while (timer_node* due = timers.pop_due(last_look_, latest)) due->fire(*due);
}

bool hub_core::anything_to_do() const noexcept {
    return ready_first_ != nullptr || door_->has_mail() || !posted_here_.empty();
}

bool hub_core::anything_can_wake() const noexcept {
    return timers.counting() != 0 || holds_ != 0 || door_->expecting();
}

void hub_core::nothing_left() {
    if (everyone_gone_ != nullptr) {
        everyone_gone_->wake();
        return;
    }
    std::string report = "this operation would block forever; every greenlet waits:\n";
    report += to_string(snapshot());
    report += circle_of_waits();
    if (main_.shields != 0) fatal(report);  // a destructor waits: it cannot throw
    extras(main_).report = std::move(report);
    interrupt(main_, report_pending);
}

// --- turns ---

inline void hub_core::become(greenlet_core& g, greenlet_state to) noexcept {
    GROVE_DCHECK(g.state_ != greenlet_state::finished, "a greenlet ends once");
    g.state_ = to;
}

inline void hub_core::push_ready(greenlet_core& g) noexcept {
    become(g, greenlet_state::ready);
    g.next_ready = nullptr;
    *ready_end_ = &g;
    ready_end_ = &g.next_ready;
}

void hub_core::push_ready_from_outside(greenlet_core& g) noexcept {
    push_ready(g);
}

inline greenlet_core& hub_core::next(leaving how) noexcept {
    beacon_.count_switch();
    if (with_care_) [[unlikely]]
        return next_with_care(how);
    if (ready_first_ == nullptr) return hub_greenlet_;
    if (--budget_ == 0) [[unlikely]]
        return next_after_interval();
    return take_ready();
}

/// Time to look at timers and descriptors; nothing to look at costs no turn of the hub.
greenlet_core& hub_core::next_after_interval() noexcept {
    check_not_forked();
    constexpr std::size_t own = 1;  // the doorbell, which a post to a waking hub does not ring
    budget_ = polling_interval;
    const bool idle = descriptors.attached() == own && timers.empty() && !door_->has_mail() &&
                      posted_here_.empty();
    return idle ? take_ready() : hub_greenlet_;
}

[[gnu::always_inline]] inline void hub_core::switch_to(greenlet_core& to) {
    context& from = *current_->running_on;
    if (to.running_on == nullptr) to.running_on = &context_for(to);
    to.state_ = greenlet_state::running;
    current_ = &to;
    switch_context(from, *to.running_on, exceptions_);
}

context& hub_core::context_for(greenlet_core& g) noexcept {
    context*& first = free_contexts_[static_cast<std::size_t>(g.stack)];
    if (first != nullptr) return *std::exchange(first, first->next_free);
    try {
        return *make_context(stacks_.take(g.stack), greenlet_loop, this);
    } catch (const std::exception& e) {
        fatal(std::string("no stack for another greenlet: ") + e.what());
    }
}

context* hub_core::greenlet_loop(context& self, void* argument) {
    auto& hub = *static_cast<hub_core*>(argument);
#ifdef GROVE_TSAN
    make_place_for_tsan_signals();
#endif
    while (!hub.retiring_) {
        greenlet_core& g = *hub.current_;
        hub.run(g);
        hub.finish(g);
        greenlet_core& to = hub.next(leaving::ended);
        hub.current_ = &to;
        if (to.running_on == nullptr && to.stack == self.memory.kind) {
            to.state_ = greenlet_state::running;  // the next one starts on this stack: no switch
            to.running_on = &self;
            continue;
        }
        if (to.running_on == nullptr) to.running_on = &hub.context_for(to);
        to.state_ = greenlet_state::running;
        context*& first = hub.free_contexts_[static_cast<std::size_t>(self.memory.kind)];
        self.next_free = std::exchange(first, &self);
        switch_context(self, *to.running_on, hub.exceptions_);
    }
    return hub.main_.running_on;
}

void hub_core::run(greenlet_core& g) noexcept {
    if ((g.interruptions & kill_pending) != 0) [[unlikely]] {  // killed before it ever ran
        g.operations->drop(g);
        g.failure = extras(g).kill_reason;
        g.ended = g.failure ? ending::failed : ending::exited;
        return;
    }
    try {
        g.operations->run(g);
        g.ended = ending::value;
    } catch (const greenlet_exit&) {
        g.ended = ending::exited;
    } catch (...) {
        g.failure = std::current_exception();
        g.ended = ending::failed;
    }
    if (g.failure) [[unlikely]]
        report_error(name_of(g), g.failure);
}

void hub_core::finish(greenlet_core& g) noexcept {
    if (g.extras != nullptr) [[unlikely]]
        drop_locals(g);
    g.running_on = nullptr;
    become(g, greenlet_state::finished);
    static_cast<list_hook<greenlet_core, everyone>&>(g).unlink();
    while (waiter* w = g.joiners.pop_front()) wake(*w);
    if (g.watcher != nullptr) [[unlikely]]
        g.watcher->on_end(*g.watcher, g);
    if (g.extras != nullptr) [[unlikely]]
        start_links(g);
    release(g);
}

void hub_core::enrol(greenlet_core& g) {
    if (forked_) [[unlikely]]
        refuse_forked_child();
    g.hub = this;
    g.number = ++last_number_;
    g.spawner = current_->number;
    g.since = last_look_;
    ++g.references;
    all_.push_back(g);
    const greenlet_extras* spawner = current_->extras;
    if (spawner != nullptr && spawner->context) [[unlikely]]
        extras(g).context = spawner->context;
    if (tells_of_spawns_) [[unlikely]]
        tell_of_spawn(g);
}

void hub_core::launch(greenlet_core& g) noexcept {
    enrol(g);
    push_ready(g);
}

void hub_core::release(greenlet_core& g) noexcept {
    if (--g.references != 0) return;
    delete g.extras;
    const std::size_t bytes = g.block_size;
    g.operations->destroy(g);
    blocks.give_back(&g, bytes);
}

// --- waiting ---

void hub_core::check_may_park(const greenlet_core& me) const {
    GROVE_CHECK(&me != &hub_greenlet_, "a hub callback must not block: spawn a greenlet from it");
}

outcome hub_core::park(waiter& w, deadline until) {
    greenlet_core& me = *current_;
    check_may_park(me);
    if (w.woken_) return outcome::woken;
    if (me.interruptions != 0) [[unlikely]] {
        deliver_before(w);
        if (w.woken_) return outcome::woken;
    }
    if (!until.is_never()) timers.arm(w, until.since_epoch().count());
    me.since = last_look_;
    me.parked_at = &w;
    for (;;) {
        become(me, greenlet_state::parked);
        switch_to(next(leaving::comes_back));
        if (w.woken_ || w.expired_) break;
        me.parked_at = nullptr;
        deliver(me);  // returns when the interruption must wait: a shield, or unwinding
        me.parked_at = &w;
    }
    me.parked_at = nullptr;
    if (w.armed()) timers.disarm(w);
    return w.woken_ ? outcome::woken : outcome::deadline;
}

inline void hub_core::wake(waiter& w) noexcept {
    if (w.woken_) return;
    w.woken_ = true;
    greenlet_core& g = *w.owner_;
    if (g.state_ == greenlet_state::parked && g.parked_at == &w) push_ready(g);
}

void hub_core::expire(waiter& w) noexcept {
    w.expired_ = true;
    greenlet_core& g = *w.owner_;
    if (g.state_ == greenlet_state::parked && g.parked_at == &w) push_ready(g);
}

void hub_core::yield() {
    greenlet_core& me = *current_;
    check_may_park(me);
    if (me.interruptions != 0) [[unlikely]]
        deliver_before_yield(me);
    push_ready(me);
    greenlet_core& to = next(leaving::comes_back);
    if (&to == &me)
        me.state_ = greenlet_state::running;
    else
        switch_to(to);
    if (me.interruptions != 0) [[unlikely]]
        deliver(me);
}

namespace {

class idler : public waiter {
 public:
    explicit idler(int importance) noexcept : waiter("idle"), priority(importance) {}

    int priority;
};

}  // namespace

void hub_core::wake_idlers() noexcept {
    int highest = std::numeric_limits<int>::min();
    for (waiter& w : idlers_) highest = std::max(highest, static_cast<idler&>(w).priority);
    waiter_list rest;
    while (waiter* w = idlers_.pop_front()) {
        if (static_cast<idler*>(w)->priority == highest)
            w->wake();
        else
            rest.push_back(*w);
    }
    idlers_.splice_back(rest);
}

void hub_core::idle(int priority) {
    idler me(priority);
    idlers_.push_back(me);
    static_cast<void>(park(me, never));
}

/// The next wait finds the interruption, and an end without one finds the budget used up: neither
/// is looked for in the paths that are taken every time.
void hub_core::stop_after_fork() noexcept {
    forked_ = true;
    current_->interruptions |= fork_pending;
    budget_ = 1;
}

bool hub_core::join_everyone(deadline until) {
    GROVE_CHECK(current_ == &main_, "only the main greenlet can wait for all others");
    waiter me("hub.join", this);
    me.keeps_alive = false;
    everyone_gone_ = &me;
    const on_exit forget([this] { everyone_gone_ = nullptr; });
    return park(me, until) == outcome::woken;
}

waiter::waiter(const char* what, const void* object, const holding* held) noexcept
    : timer_node(on_deadline),
      owner_(&hub_core::of_thread().current()),
      what_(what),
      object_(object),
      held_(held) {}

waiter::~waiter() {
    if (armed()) this_hub->timers.disarm(*this);
}

outcome waiter::park(deadline until) {
    return this_hub->park(*this, until);
}

void waiter::wake() noexcept {
    if (owner_->hub != this_hub) [[unlikely]]
        hub_core::used_elsewhere(*owner_);
    this_hub->wake(*this);
}

void waiter::on_deadline(timer_node& node) noexcept {
    this_hub->expire(static_cast<waiter&>(node));
}

void* allocate_greenlet(std::size_t bytes) {
    return hub_core::of_thread().blocks.take(bytes);
}

void launch(greenlet_core& core) noexcept {
    this_hub->launch(core);
}

void release(greenlet_core& core) noexcept {
    core.hub->release(core);
}

}  // namespace grove::detail

namespace grove {

void yield() {
    detail::hub_core::of_thread().yield();
}

}  // namespace grove
