// SPDX-License-Identifier: MIT
#pragma once

#include "core/beacon.hpp"
#include "core/context.hpp"
#include "core/debug_layout.hpp"
#include "core/fork_guard.hpp"
#include "core/mailbox.hpp"
#include "core/poller.hpp"
#include "core/schedule.hpp"
#include "core/slab.hpp"
#include "core/stack.hpp"
#include "core/switch_observer.hpp"
#include "core/timers.hpp"

#include <grove/detail/greenlet_core.hpp>
#include <grove/hub.hpp>
#include <grove/timeout.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

/// A thread's scheduler. `lib/README.md` tells its phases and the anatomy of a blocking call.
/// Only this class changes a greenlet's state, and only its `switch_to` leaves a stack.

namespace grove::detail {

/// Bits of `greenlet_core::interruptions`.
enum interruption : std::uint8_t {
    kill_pending = 1,     ///< thrown at every parking point until the greenlet ends
    timeout_pending = 2,  ///< a limit in `extras->fired` waits to be thrown
    report_pending = 4,   ///< the main greenlet is to throw `would_block_forever`
    fork_pending = 8,     ///< this is a forked child: whatever waits ends the process
};

/// Bits of `link::endings`.
constexpr std::uint8_t link_on_success = 1;
constexpr std::uint8_t link_on_failure = 2;

/// What few greenlets have.
/// One setting of a context_var; those that were there before lie behind it.
struct context_values {
    const void* key;
    std::shared_ptr<const void> value;
    std::shared_ptr<const context_values> outer;
};

struct greenlet_extras {
    struct local_value {
        const void* key;
        void* value;
        void (*destroy)(void*) noexcept;
    };

    struct link {
        std::uint64_t number;
        std::uint8_t endings;
        task call;
    };

    std::string name;
    std::exception_ptr kill_reason;
    bool kill_was_thrown = false;
    std::string report;
    intrusive_list<time_limit> fired;  ///< those that have run out, the earliest first
    std::vector<local_value> locals;
    std::shared_ptr<const context_values> context;
    std::vector<link> links;

    struct delayed_start : timer_node {
        delayed_start(callback at_start, greenlet_core& g) noexcept
            : timer_node(at_start), who(&g) {}

        greenlet_core* who;
    };

    std::unique_ptr<delayed_start> start;
};

/// `file.cpp:12`, without the file's folders; empty for no place.
[[nodiscard]] std::string place(const source_location& at);

class hub_core;
/// The calling thread's hub, once it has one.
extern thread_local constinit hub_core* this_hub;

class hub_core {
 public:
    /// The calling thread's; made on first use.
    static hub_core& of_thread();

    hub_core();
    hub_core(const hub_core&) = delete;
    hub_core& operator=(const hub_core&) = delete;
    /// After `stop` only.
    ~hub_core();

    /// Stops the services, kills all greenlets and runs them until they are gone. False when that
    /// is impossible: it was called on a greenlet's stack (by `exit`), or one would not end.
    [[nodiscard]] bool stop();

    /// Fills in `grove_debug_layout`.
    void describe_to_debuggers() const noexcept;

    // --- greenlets ---
    void launch(greenlet_core& g) noexcept;
    /// Gives it a number, a place in the list of all, and what its spawner sees.
    void enrol(greenlet_core& g);
    void launch_after(greenlet_core& g, duration delay);
    void release(greenlet_core& g) noexcept;
    void interrupt_with_kill(greenlet_core& g, std::exception_ptr reason);
    static void interrupt_with_timeout(time_limit& t) noexcept;
    void throw_interruption();
    static void forgive(greenlet_core& g) noexcept;
    static void forget_fired(time_limit& t) noexcept;

    [[nodiscard]] greenlet_core& current() const noexcept { return *current_; }

    [[nodiscard]] bool on_hub() const noexcept { return current_ == &hub_greenlet_; }

    [[nodiscard]] greenlet_core& main_greenlet() noexcept { return main_; }

    static greenlet_extras& extras(greenlet_core& g);
    std::uint64_t add_link(greenlet_core& g, std::uint8_t endings, task call);
    [[nodiscard]] static std::string name_of(const greenlet_core& g);
    /// Ends the process with a message that names both threads: `g` was used on the wrong one.
    [[noreturn]] static void used_elsewhere(const greenlet_core& g) noexcept;

    /// The greenlets that wait for each other in a circle, a line each; empty when there is none.
    [[nodiscard]] std::string circle_of_waits() const;

    // --- waiting ---
    outcome park(waiter& w, deadline until);
    void wake(waiter& w) noexcept;
    void expire(waiter& w) noexcept;
    void yield();
    void idle(int priority);
    bool join_everyone(deadline until);

    // --- timers, descriptors, threads ---
    timer_queue timers;
    poller descriptors;

    /// The kernel's number of the hub's thread.
    [[nodiscard]] pid_t thread() const noexcept { return beacon_.thread(); }

    [[nodiscard]] const std::shared_ptr<mailbox>& door() const noexcept { return door_; }

    /// One more, or one fewer, thing that can still wake somebody.
    void hold() noexcept { ++holds_; }

    void let_go() noexcept { --holds_; }

    void post_here(task f) { posted_here_.push_back(std::move(f)); }

    // --- services, errors, views ---
    hub_service* find_service(const void* key) const noexcept;
    hub_service& add_service(const void* key, std::unique_ptr<hub_service> service);

    void set_error_handler(error_handler handler) { on_error_ = std::move(handler); }

    void on_spawn(spawn_hook hook) {
        spawn_hook_ = std::move(hook);
        tells_of_spawns_ = static_cast<bool>(spawn_hook_);
        ++spawn_hooks_;
    }

    void report_error(std::string_view context, const std::exception_ptr& error) noexcept;
    [[nodiscard]] hub_snapshot snapshot() const;
    /// In the order of a snapshot.
    void each_greenlet(const std::function<void(const greenlet_core&)>& tell) const;

    [[nodiscard]] hub& face() noexcept { return face_; }

    slab blocks;

    /// In the order of `order` from here on.
    void set_order(const schedule& order) noexcept;

    /// Tells it of each switch and phase. In pairs.
    void observe(switch_observer& observer);
    void stop_observing(switch_observer& observer) noexcept;

    [[nodiscard]] bool is_hubs_own(const greenlet_core& g) const noexcept {
        return &g == &hub_greenlet_;
    }

    // --- the child of a fork ---
    /// Nothing runs here any more but what runs now; it may call exec or _exit.
    void stop_after_fork() noexcept;

    // --- simulation ---
    void begin_virtual_time();
    void end_virtual_time() noexcept;

    [[nodiscard]] bool has_virtual_time() const noexcept { return virtual_time_; }

    /// Where the running stack lies: for the overflow report. Async-signal-safe.
    [[nodiscard]] const stack& running_stack() const noexcept {
        return current_->running_on->memory;
    }

    /// The running greenlet, or the hub's own. Async-signal-safe.
    [[nodiscard]] const greenlet_core& running() const noexcept { return *current_; }

    /// The running greenlet's name into `buffer`; its length. Async-signal-safe.
    [[nodiscard]] std::size_t write_current_name(char* buffer, std::size_t size) const noexcept;

 private:
    void fill_in(grove_debug_layout_v1& to) const noexcept;

    static context* greenlet_loop(context& self, void* argument);
    static context* hub_loop(context& self, void* argument);

    /// What becomes of the greenlet that gives its turn away.
    enum class leaving : std::uint8_t { comes_back, ended };

    // the loop's phases
    void turn();
    void run_posted();
    void poll();
    void sleep();
    void jump_in_time() noexcept;
    void fire_timers() noexcept;
    void nothing_left();
    void wake_idlers() noexcept;
    [[nodiscard]] bool anything_to_do() const noexcept;
    [[nodiscard]] bool anything_can_wake() const noexcept;

    // turns
    void become(greenlet_core& g, greenlet_state to) noexcept;
    void push_ready(greenlet_core& g) noexcept;
    void push_ready_from_outside(greenlet_core& g) noexcept;  ///< the same, not inlined
    [[nodiscard]] greenlet_core& next(leaving how) noexcept;
    [[nodiscard]] greenlet_core& next_after_interval() noexcept;
    [[nodiscard]] greenlet_core& next_with_care(leaving how) noexcept;

    [[nodiscard]] greenlet_core& take_ready() noexcept {
        greenlet_core& g = *ready_first_;
        ready_first_ = g.next_ready;
        if (ready_first_ == nullptr) ready_end_ = &ready_first_;
        return g;
    }

    void tell(hub_phase phase) noexcept;
    void switch_to(greenlet_core& to);
    [[nodiscard]] context& context_for(greenlet_core& g) noexcept;
    void run(greenlet_core& g) noexcept;
    void finish(greenlet_core& g) noexcept;
    void start_links(greenlet_core& g) noexcept;
    void deliver(greenlet_core& g);
    void deliver_before(waiter& w);
    void deliver_before_yield(greenlet_core& g);
    [[nodiscard]] bool would_deliver_again(const greenlet_core& g) const noexcept;
    static void interrupt(greenlet_core& g, interruption kind) noexcept;
    void check_may_park(const greenlet_core& me) const;
    void retire_contexts() noexcept;
    void tell_of_spawn(const greenlet_core& g) noexcept;
    [[nodiscard]] greenlet_snapshot snapshot_of(const greenlet_core& g, std::int64_t now) const;
    static void drop_locals(greenlet_core& g) noexcept;
    static void start_delayed(timer_node& node) noexcept;

    // touched by each switch
    greenlet_core* current_;
    greenlet_core* ready_first_ = nullptr;
    greenlet_core** ready_end_ = &ready_first_;
    std::uint32_t budget_ = polling_interval;
    bool with_care_ = false;  ///< seeded or observed
    exception_globals* exceptions_;
    beacon beacon_;
    std::array<context*, 4> free_contexts_{};
    std::int64_t last_look_ = 0;

    static constexpr std::uint32_t polling_interval = 64;

    counted_hub counted_;

    greenlet_core hub_greenlet_;
    greenlet_core main_;
    hub face_;
    intrusive_list<greenlet_core, everyone> all_;
    waiter_list idlers_;
    stack_pool stacks_;
    context* hub_context_ = nullptr;
    bool retiring_ = false;
    int thread_;  ///< the kernel's number of it
    std::uint32_t last_number_ = 0;
    bool forked_ = false;  // beside what each spawn changes
    bool tells_of_spawns_ = false;
    std::uint64_t last_link_ = 0;
    std::size_t holds_ = 0;
    waiter* everyone_gone_ = nullptr;
    std::shared_ptr<mailbox> door_;
    fd_watcher doorbell_;
    std::vector<task> posted_here_;
    std::vector<std::pair<const void*, std::unique_ptr<hub_service>>> services_;
    error_handler on_error_;
    spawn_hook spawn_hook_;
    std::uint32_t spawn_hooks_ = 0;  ///< so many were set
    schedule order_;
    std::vector<switch_observer*> observers_;
    bool virtual_time_ = false;
    std::int64_t virtual_now_ = 0;
};

/// Makes the calling thread's hub.
hub_core& make_hub_of_thread();

/// Called with each hub that is made, on its thread; null for nobody. Set it before you look at the
/// beacons of those that are there.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): core knows no layer above
extern std::atomic<void (*)(hub_core&)> at_new_hub;

inline hub_core& hub_core::of_thread() {
    return this_hub != nullptr ? *this_hub : make_hub_of_thread();
}

}  // namespace grove::detail
