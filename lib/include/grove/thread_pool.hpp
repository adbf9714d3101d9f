// SPDX-License-Identifier: MIT
#pragma once

#include <grove/async_result.hpp>
#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/task.hpp>
#include <grove/detail/waiter.hpp>
#include <grove/hub.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

/// Threads for what blocks outside grove: getaddrinfo, fsync, a scan of a folder, a library without
/// an asynchronous side. The greenlet waits, its hub goes on.
///
///     auto answer = grove::thread_pool::shared().run([=] { return slow(question); });
///
/// Jobs that wait for a thread are served first come first served, whichever hub they come from,
/// and so are greenlets that wait for room among them.
/// Threads: a pool takes work from any hub, and only from threads that may have one. Its own start
/// when they are needed, have all signals blocked, and end with the pool.

namespace grove {

namespace detail {

/// One job and who waits for it; shared by the greenlet and the worker.
class GROVE_API pool_job {
 public:
    pool_job();
    pool_job(const pool_job&) = delete;
    pool_job& operator=(const pool_job&) = delete;
    virtual ~pool_job();

    /// On the greenlet's side. Result: false when `until` came first.
    bool wait(deadline until);
    /// On the worker's side.
    void work() noexcept;
    /// Instead: the pool ends before its turn.
    void drop() noexcept;

    /// Keeps the job alive until the worker has handed it back; null lets go of it.
    void keep(std::shared_ptr<pool_job> self) noexcept { self_ = std::move(self); }

 protected:
    virtual void call() = 0;

    /// On the hub's stack, once it has been called or dropped.
    virtual void come_home() noexcept {}

    [[nodiscard]] const std::exception_ptr& failure() const noexcept { return failure_; }

    void rethrow() const {
        if (failure_) std::rethrow_exception(failure_);
    }

 private:
    void go_home() noexcept;

    hub_address home_;
    outside_work pending_;
    waiter* waiting_ = nullptr;
    bool done_ = false;
    std::exception_ptr failure_;
    std::shared_ptr<pool_job> self_;
};

/// A job whose outcome goes into a result.
template <class F>
class pool_errand final : public pool_job {
 public:
    using result = std::remove_cvref_t<std::invoke_result_t<F&>>;

    template <class G>
    pool_errand(const async_result<result>& answer, G&& f)
        : f_(std::forward<G>(f)), answer_(answer) {}

 private:
    void call() override {
        if constexpr (std::is_void_v<result>)
            f_();
        else
            value_.emplace(f_());
    }

    void come_home() noexcept override {
        if (failure())
            answer_.set_exception(failure());
        else if constexpr (std::is_void_v<result>)
            answer_.set();
        else
            answer_.set(std::move(*value_));
    }

    F f_;
    std::optional<std::conditional_t<std::is_void_v<result>, bool, result>> value_;
    async_result<result> answer_;
};

class pool_core;

}  // namespace detail

class GROVE_API thread_pool {
 public:
    /// At most `threads` at once; `queue` more wait their turn, and then `run` blocks.
    /// Throws: `std::invalid_argument` when one of them is 0.
    explicit thread_pool(std::size_t threads = 4, std::size_t queue = 1024);
    thread_pool(const thread_pool&) = delete;
    thread_pool& operator=(const thread_pool&) = delete;
    /// Waits for the jobs that run; those that wait for a thread are dropped, and so are greenlets
    /// that wait for room: their calls throw `std::logic_error`. Blocks the thread.
    ~thread_pool();

    /// The process's own, for file work and the system's resolver; made on first use, never ended.
    [[nodiscard]] static thread_pool& shared();

    /// Runs `f` in a thread. Blocks until it is done or `until`.
    /// Result: what it returned, or (void) true; nothing, or false, when `until` came first.
    /// Throws: what `f` threw; `std::logic_error` when the pool has ended before. Interrupted or
    /// late: the job goes on without a listener, and what it captured lives until it ends; capture
    /// by value.
    template <class F>
    auto run(F&& f, deadline until = never) {
        using held = std::decay_t<F>;
        using result = std::invoke_result_t<held&>;

        class job final : public detail::pool_job {
         public:
            explicit job(F&& g) : f_(std::forward<F>(g)) {}

            auto take() {
                rethrow();
                if constexpr (std::is_void_v<result>)
                    return true;
                else
                    return std::move(value_);
            }

         private:
            void call() override {
                if constexpr (std::is_void_v<result>)
                    f_();
                else
                    value_.emplace(f_());
            }

            held f_;
            std::optional<std::conditional_t<std::is_void_v<result>, bool, result>> value_;
        };

        const auto one = std::make_shared<job>(std::forward<F>(f));
        if (!submit(one, until) || !one->wait(until)) {
            if constexpr (std::is_void_v<result>)
                return false;
            else
                return std::optional<result>();
        }
        return one->take();
    }

    /// As `run`, but waits only for room among the jobs that wait.
    /// Result: where the outcome goes, on this hub. Interrupted: nothing was started.
    template <class F>
    [[nodiscard]] auto spawn(F&& f) {
        using errand = detail::pool_errand<std::decay_t<F>>;
        async_result<typename errand::result> answer;
        submit(std::make_shared<errand>(answer, std::forward<F>(f)), never);
        return answer;
    }

    /// Waits until no job runs or waits for a thread. Result: false when `until` came first.
    /// Interrupted: nothing happened.
    bool join(deadline until = never);

    /// Changes how many threads there are at most. Those that are too many end when their job has;
    /// new ones start when they are needed. Throws: `std::invalid_argument` for 0. Never blocks.
    void resize(std::size_t threads);

    /// Threads that have been started and have not ended.
    [[nodiscard]] std::size_t threads() const noexcept;

 private:
    bool submit(std::shared_ptr<detail::pool_job> job, deadline until);

    std::unique_ptr<detail::pool_core> core_;
};

}  // namespace grove
