// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/task.hpp>
#include <grove/snapshot.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <string_view>

/// The hub: what a thread's greenlets take turns on. It runs ready greenlets first in, first out,
/// and looks at timers, descriptors and other threads' posts when nothing is ready, else every 64
/// switches. Programs need it for what comes from outside greenlets: other threads, C libraries
/// with descriptors and timers of their own, services.
///
/// Callbacks run on the hub's own stack: they must not block (that ends the process with a message)
/// and should wake greenlets; what they throw is reported as an unhandled error.
/// Threads: the hub's own, except where a function says any.
///
/// fork: a hub does not run in a child of its process. There, what would wait, spawn or let another
/// greenlet run ends the child with a message; destructors and exit go on and leave the parent's
/// descriptors, processes and threads alone. Start programs with `grove::process`, or call exec or
/// _exit at once after fork. posix_spawn, system and vfork are not affected. A child that was made
/// by a bare clone system call is noticed when its hub would next look at its descriptors.

namespace grove {

namespace detail {
class hub_core;
class mailbox;
class watch_core;
class call_core;
}  // namespace detail

/// Whether something that is pending counts when the hub asks "can anybody still be woken?". `no`
/// for what listens for ever: signals, idle connections, wake-up descriptors.
enum class keep_alive : std::uint8_t { no, yes };

/// What a descriptor is watched for, and what was seen; `hung_up` comes with `read` and is only
/// seen.
enum class readiness : std::uint8_t { none = 0, read = 1, write = 2, both = 3, hung_up = 4 };

constexpr readiness operator|(readiness a, readiness b) noexcept {
    return static_cast<readiness>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}

constexpr bool includes(readiness set, readiness part) noexcept {
    return (static_cast<unsigned>(set) & static_cast<unsigned>(part)) != 0;
}

/// A watched descriptor; ends with the object. Level-triggered: the callback runs at each look for
/// as long as the descriptor is ready. End it before you close the descriptor.
class GROVE_API watch {
 public:
    watch() noexcept;
    watch(watch&&) noexcept;
    watch& operator=(watch&&) noexcept;
    ~watch();

    /// Lazy: taking interest away costs a system call only if the descriptor becomes ready.
    void set_interest(readiness interest);
    [[nodiscard]] int fd() const noexcept;

 private:
    friend class hub;
    explicit watch(std::unique_ptr<detail::watch_core> core) noexcept;
    std::unique_ptr<detail::watch_core> core_;
};

/// A call that waits for its time; cancelled with the object.
class GROVE_API timed_call {
 public:
    timed_call() noexcept;
    timed_call(timed_call&&) noexcept;
    timed_call& operator=(timed_call&&) noexcept;
    ~timed_call();

    [[nodiscard]] bool pending() const noexcept;
    /// Moves a pending call, or starts one that has run again.
    void set(deadline when);
    void cancel() noexcept;

 private:
    friend class hub;
    explicit timed_call(std::unique_ptr<detail::call_core> core) noexcept;
    std::unique_ptr<detail::call_core> core_;
};

/// Something that will come from outside the hub: while one lives, a hub with nothing to do waits
/// for posts instead of reporting that it would block for ever. Move-only; may be destroyed on any
/// thread.
class GROVE_API outside_work {
 public:
    outside_work() = default;
    outside_work(outside_work&& other) noexcept;
    outside_work& operator=(outside_work&& other) noexcept;
    ~outside_work();

 private:
    friend class hub;
    explicit outside_work(std::shared_ptr<detail::mailbox> door) noexcept;
    std::shared_ptr<detail::mailbox> door_;
};

/// A way to reach a hub from any thread, also after the hub has ended.
class GROVE_API hub_address {
 public:
    /// Runs `f` on the hub's stack, in order with other posts of this thread. Threads: any.
    /// Result: false when the hub has ended; `f` is destroyed then.
    bool post(detail::task f) const;

 private:
    friend class hub;
    explicit hub_address(std::shared_ptr<detail::mailbox> door) noexcept;
    std::shared_ptr<detail::mailbox> door_;
};

/// What is made once a hub, on first use, and destroyed with it in reverse order of making: the
/// resolver, the HTTP client's engine, the signal table.
class GROVE_API hub_service {
 public:
    virtual ~hub_service();

    /// The hub is ending: greenlets can still run and be woken.
    virtual void on_stop() {}

    /// One line for snapshots; empty for none.
    [[nodiscard]] virtual std::string describe() const { return {}; }
};

/// An unhandled error: the greenlet's name (or what the hub was doing) and what was thrown.
using error_handler = detail::unique_function<void(std::string_view context, std::exception_ptr)>;

/// Told of each greenlet that is spawned: what a snapshot says of it.
using spawn_hook = detail::unique_function<void(const greenlet_snapshot&)>;

class GROVE_API hub {
 public:
    /// The calling thread's; made on first use. Throws: `std::logic_error` when another copy of the
    /// library has been loaded into the process.
    [[nodiscard]] static hub& current();

    hub(const hub&) = delete;
    hub& operator=(const hub&) = delete;

    /// Calls back while `fd` is ready for `interest`. Throws: `std::system_error` (EPERM: a regular
    /// file, which epoll does not take).
    [[nodiscard]] watch watch_fd(int fd, readiness interest,
                                 detail::unique_function<void(readiness)> callback,
                                 keep_alive counts);

    /// Calls back at `when`, never before. `never` makes one to be `set` later.
    [[nodiscard]] timed_call call_at(deadline when, detail::task callback, keep_alive counts);

    /// Runs `f` on the hub's stack after the callbacks posted before it. For other threads take
    /// `address()`.
    void post(detail::task f);
    [[nodiscard]] hub_address address() const;
    [[nodiscard]] outside_work expect_outside_work();

    /// The hub's one `T`, derived from hub_service and made as `T(hub&)`.
    template <class T>
    T& service() {
        static constexpr char key = 0;
        if (hub_service* found = find_service(&key)) return static_cast<T&>(*found);
        return static_cast<T&>(add_service(&key, std::make_unique<T>(*this)));
    }

    /// Counts work that will wake somebody although no timer or watch of it counts: a transfer in
    /// the hands of a C library. In pairs.
    void hold() noexcept;
    void let_go() noexcept;

    /// Waits until no other greenlet is left, and no timer or watch that counts. Only on the main
    /// greenlet. Result: false when `until` came first.
    bool join(deadline until = never);

    /// Replaces the printing of errors that nobody handles; an empty one restores it.
    void set_error_handler(error_handler handler);

    /// Calls `hook` for each greenlet of this hub that is spawned from here on, in the turn of its
    /// spawner, before it runs. It must not wait; what it spawns itself is not told; what it throws
    /// is reported. Replaces the one before; an empty one ends it.
    void on_spawn(spawn_hook hook);

    [[nodiscard]] hub_snapshot snapshot() const;

    [[nodiscard]] detail::hub_core& core() noexcept { return core_; }

 private:
    friend class detail::hub_core;

    explicit hub(detail::hub_core& core) noexcept : core_(core) {}

    hub_service* find_service(const void* key) const noexcept;
    hub_service& add_service(const void* key, std::unique_ptr<hub_service> service);

    detail::hub_core& core_;
};

}  // namespace grove
