// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>
#include <grove/detail/intrusive_list.hpp>
#include <grove/detail/source_location.hpp>
#include <grove/detail/task.hpp>
#include <grove/detail/waiter.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

/// What a greenlet is made of beneath its typed handle. One block of memory holds the control
/// fields, the result and the function; a stack is given at the first run and taken back at the
/// end.

namespace grove {

/// The classes of stacks: virtual size; only touched pages cost memory.
enum class stack_size : std::uint8_t { kib_16, kib_64, kib_256, mib_1 };

}  // namespace grove

namespace grove::detail {

struct context;
struct greenlet_extras;
class hub_core;

/// Where a greenlet is; each state names the one place that holds it.
enum class greenlet_state : std::uint8_t {
    fresh,     ///< nowhere: made and not started, or its start is a timer
    ready,     ///< in the hub's ready queue
    running,   ///< it is the hub's `current`
    parked,    ///< its waiter holds it; the waiter is in a primitive's list
    finished,  ///< nowhere; its joiners have been woken
};

/// How a finished greenlet ended.
enum class ending : std::uint8_t { none, value, exited, failed };

/// The three things that depend on the function's type.
struct greenlet_operations {
    void (*run)(greenlet_core&);               ///< calls the function, keeps its value, destroys it
    void (*drop)(greenlet_core&) noexcept;     ///< destroys the function without running it
    void (*destroy)(greenlet_core&) noexcept;  ///< ends the block's life; memory stays the hub's
};

struct everyone;  // tag of the list of all greenlets

/// Told that a greenlet has ended, as the last thing on its own stack: must neither park nor throw.
/// For what owns greenlets, such as groups; a greenlet has at most one.
class end_watcher {
 public:
    using callback = void (*)(end_watcher&, greenlet_core&) noexcept;

    explicit end_watcher(callback at_end) noexcept : on_end(at_end) {}

    end_watcher(const end_watcher&) = delete;
    end_watcher& operator=(const end_watcher&) = delete;

    callback on_end;
};

class GROVE_API greenlet_core : public list_hook<greenlet_core, everyone> {
 public:
    greenlet_core(const greenlet_operations& by_type, std::uint32_t bytes,
                  source_location from) noexcept
        : operations(&by_type), spawned(from), block_size(bytes) {}

    greenlet_core(const greenlet_core&) = delete;
    greenlet_core& operator=(const greenlet_core&) = delete;

    [[nodiscard]] greenlet_state state() const noexcept { return state_; }

    [[nodiscard]] bool finished() const noexcept { return state_ == greenlet_state::finished; }

    greenlet_core* next_ready = nullptr;
    context* running_on = nullptr;  ///< null before the first run and after the end
    const greenlet_operations* operations;
    hub_core* hub = nullptr;
    waiter* parked_at = nullptr;
    waiter_list joiners;
    greenlet_extras* extras =
        nullptr;  ///< name, links, locals, pending interruptions; made on need
    end_watcher* watcher = nullptr;
    std::exception_ptr failure;
    source_location spawned;
    std::int64_t since = 0;  ///< when it parked or was made, by the hub's last look at the clock
    std::uint32_t number = 0;
    std::uint32_t spawner = 0;  ///< its number: no chain of blocks that would keep memory
    std::uint32_t references = 1;
    std::uint32_t block_size;
    std::uint16_t shields = 0;
    std::uint8_t interruptions = 0;  ///< bits of `interruption`; zero on every fast path
    std::uint8_t withholds = 0;      ///< lives of `withhold`
    ending ended = ending::none;
    stack_size stack = stack_size::kib_64;

 private:
    friend class hub_core;
    greenlet_state state_ = greenlet_state::fresh;  // changed by hub_core::become alone
};

/// The greenlet that runs on this thread; the main one counts.
[[nodiscard]] GROVE_API greenlet_core& running() noexcept;

/// Memory for a greenlet of `bytes` from the running thread's hub; at most 4 GiB.
[[nodiscard]] GROVE_API void* allocate_greenlet(std::size_t bytes);

/// Gives a new greenlet to the hub: number, list of all, and the end of the ready queue.
GROVE_API void launch(greenlet_core& core) noexcept;
/// As `launch`, but `fresh` until `start` or for as long as the delay takes.
GROVE_API void launch_after(greenlet_core& core, duration delay);

/// Drops one reference; the last one frees the block. The greenlet must have finished, or own
/// itself.
GROVE_API void release(greenlet_core& core) noexcept;

/// Keeps a greenlet's value between its end and `get`.
template <class R>
class greenlet_result : public greenlet_core {
 public:
    using greenlet_core::greenlet_core;
    std::optional<R> value;
};

template <class R>
class greenlet_result<R&> : public greenlet_core {
 public:
    using greenlet_core::greenlet_core;
    R* value = nullptr;
};

template <>
class greenlet_result<void> : public greenlet_core {
 public:
    using greenlet_core::greenlet_core;
};

/// The whole block: control, result, function.
template <class F, class R>
class greenlet_block final : public greenlet_result<R> {
 public:
    static_assert(alignof(F) <= alignof(std::max_align_t));

    template <class G>
    greenlet_block(G&& call, source_location from)
        : greenlet_result<R>(table, sizeof(greenlet_block), from) {
        ::new (static_cast<void*>(function_)) F(std::forward<G>(call));
    }

 private:
    F& function() noexcept { return *std::launder(reinterpret_cast<F*>(function_)); }

    static void run(greenlet_core& core) {
        auto& me = static_cast<greenlet_block&>(core);

        struct dropper {
            greenlet_block& block;

            ~dropper() { std::destroy_at(&block.function()); }
        } at_end{me};

        if constexpr (std::is_void_v<R>) {
            std::invoke(std::move(me.function()));
        } else if constexpr (std::is_reference_v<R>) {
            me.value = &std::invoke(std::move(me.function()));
        } else {
            me.value.emplace(std::invoke(std::move(me.function())));
        }
    }

    static void drop(greenlet_core& core) noexcept {
        std::destroy_at(&static_cast<greenlet_block&>(core).function());
    }

    static void destroy(greenlet_core& core) noexcept {
        std::destroy_at(static_cast<greenlet_block*>(&core));
    }

    static constexpr greenlet_operations table{run, drop, destroy};

    alignas(F) std::byte function_[sizeof(F)];
};

/// Makes the block for `function`; not launched yet.
template <class F>
auto* make_greenlet(F&& function, source_location from) {
    using held = std::decay_t<F>;
    using result = std::invoke_result_t<held>;
    using block = greenlet_block<held, result>;
    void* memory = allocate_greenlet(sizeof(block));
    return static_cast<greenlet_result<result>*>(::new (memory)
                                                     block(std::forward<F>(function), from));
}

}  // namespace grove::detail
