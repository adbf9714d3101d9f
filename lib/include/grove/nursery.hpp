// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/api.hpp>
#include <grove/detail/source_location.hpp>
#include <grove/greenlet.hpp>
#include <grove/group.hpp>

#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// Greenlets that belong to a block of code: when the block is left, they have ended. If one fails,
/// the others are killed and the failure comes out of the block.
///
///     auto page = grove::with_nursery([&](grove::nursery& n) {
///         n.spawn([&] { warm_up(cache); });
///         n.spawn([&] { watch_for_changes(); });
///         return render();
///     });
///
/// Use a `group` for greenlets that may fail one by one, `pool.map` for results.

namespace grove {

/// Several greenlets of a nursery failed. Text: how many, and what each said.
class GROVE_API nursery_failed : public std::runtime_error {
 public:
    explicit nursery_failed(std::vector<std::exception_ptr> errors);
    nursery_failed(const nursery_failed&) = default;
    ~nursery_failed() override;

    /// In the order they happened; at least two.
    [[nodiscard]] const std::vector<std::exception_ptr>& errors() const noexcept { return errors_; }

 private:
    std::vector<std::exception_ptr> errors_;
};

class GROVE_API nursery {
 public:
    nursery() = default;
    nursery(const nursery&) = delete;
    nursery& operator=(const nursery&) = delete;
    /// Kills what is left and waits until it is gone.
    ~nursery() = default;

    /// Spawns a greenlet that belongs here; one that is spawned after a failure or `cancel` never
    /// runs. What it returns is dropped.
    template <detail::spawnable F>
    void spawn(F&& f, detail::source_location from = detail::source_location::current()) {
        spawn(spawn_options{}, std::forward<F>(f), from);
    }

    template <detail::spawnable F>
    void spawn(spawn_options options, F&& f,
               detail::source_location from = detail::source_location::current()) {
        if (cancelled_) return;
        members_.spawn(
            std::move(options),
            [this, f = std::decay_t<F>(std::forward<F>(f))]() mutable {
                try {
                    static_cast<void>(std::invoke(f));
                } catch (const interrupt&) {
                    throw;
                } catch (...) {
                    failed(std::current_exception());
                }
            },
            from);
    }

    /// Kills all of them. Does not wait; may be called by any of them.
    void cancel();

    /// Greenlets that have not ended.
    [[nodiscard]] std::size_t size() const noexcept { return members_.size(); }

    /// Waits until all have ended. Throws: what the one that failed threw; `nursery_failed` when
    /// several did. Interrupted: they go on.
    void join();

 private:
    void failed(std::exception_ptr error);

    std::vector<std::exception_ptr> errors_;
    bool cancelled_ = false;
    group members_;
    greenlet<void> canceller_;  // last: it uses the members
};

/// Calls `body` with a nursery, in a greenlet of its own, and waits until it and all that it
/// spawned have ended.
/// Result: what `body` returned. Throws: as `nursery::join`; `greenlet_killed` when the nursery was
/// cancelled before `body` had a result. Interrupted: all are killed and waited for, then it is
/// rethrown.
template <std::invocable<nursery&> F>
std::invoke_result_t<F, nursery&> with_nursery(F&& body) {
    using result = std::invoke_result_t<F, nursery&>;
    if constexpr (std::is_void_v<result>) {
        nursery own;
        own.spawn([&] { std::invoke(body, own); });
        own.join();
    } else {
        std::optional<result> made;
        nursery own;
        own.spawn([&] { made.emplace(std::invoke(body, own)); });
        own.join();
        if (!made) throw greenlet_killed("the nursery was cancelled before it had a result");
        return std::move(*made);
    }
}

}  // namespace grove
