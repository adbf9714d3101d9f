// SPDX-License-Identifier: MIT
#include "base/check.hpp"
#include "core/fork_guard.hpp"

#include <grove/greenlet.hpp>
#include <grove/thread_pool.hpp>

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace grove {
namespace detail {

/// What the workers share. The mutex is held for moments only, never across a park.
class pool_core {
 public:
    pool_core(std::size_t threads, std::size_t queue) : most_threads_(threads), room_(queue) {}

    pool_core(const pool_core&) = delete;
    pool_core& operator=(const pool_core&) = delete;
    ~pool_core();

    /// False: the queue is full.
    bool push(const std::shared_ptr<pool_job>& job);
    [[nodiscard]] std::size_t threads() const;

    /// False in the child of a fork, which has none of the threads.
    [[nodiscard]] bool is_of_this_process() const noexcept { return process_ == ::getpid(); }

 private:
    void start_thread();
    void serve();

    const std::size_t most_threads_;
    const std::size_t room_;
    const pid_t process_ = ::getpid();
    mutable std::mutex mutex_;
    std::condition_variable work_;
    std::deque<std::shared_ptr<pool_job>> queue_;  // guarded by mutex_
    std::vector<std::thread> threads_;             // guarded by mutex_
    std::size_t idle_ = 0;                         // guarded by mutex_
    bool ending_ = false;                          // guarded by mutex_
};

pool_core::~pool_core() {
    std::vector<std::thread> all;
    {
        const std::lock_guard hold(mutex_);
        ending_ = true;
        for (const std::shared_ptr<pool_job>& dropped : queue_) dropped->keep(nullptr);
        queue_.clear();
        all.swap(threads_);
    }
    work_.notify_all();
    for (std::thread& t : all) t.join();
}

bool pool_core::push(const std::shared_ptr<pool_job>& job) {
    if (!is_of_this_process()) fatal("a thread_pool has no threads in the child of a fork");
    const std::lock_guard hold(mutex_);
    if (queue_.size() >= room_) return false;
    queue_.push_back(job);
    if (idle_ < queue_.size() && threads_.size() < most_threads_) start_thread();
    work_.notify_one();
    return true;
}

std::size_t pool_core::threads() const {
    const std::lock_guard hold(mutex_);
    return threads_.size();
}

/// New threads inherit the signal mask: all signals go to the threads that have hubs.
void pool_core::start_thread() {
    sigset_t all;
    sigset_t former;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    threads_.emplace_back([this] { serve(); });
    pthread_sigmask(SIG_SETMASK, &former, nullptr);
    pthread_setname_np(threads_.back().native_handle(), "grove pool");
}

void pool_core::serve() {
    std::unique_lock hold(mutex_);
    for (;;) {
        ++idle_;
        work_.wait(hold, [this] { return ending_ || !queue_.empty(); });
        --idle_;
        if (ending_) return;
        pool_job* const job = queue_.front().get();  // it keeps itself until it is handed back
        queue_.pop_front();
        hold.unlock();
        job->work();
        hold.lock();
    }
}

pool_job::pool_job()
    : home_(hub::current().address()), pending_(hub::current().expect_outside_work()) {}

pool_job::~pool_job() = default;

bool pool_job::wait(deadline until) {
    if (done_) return true;
    waiter me("thread_pool.run", this);
    waiting_ = &me;

    struct forget {
        pool_job& job;

        ~forget() { job.waiting_ = nullptr; }
    } at_end{*this};

    return me.park(until) == outcome::woken;
}

void pool_job::work() noexcept {
    try {
        call();
    } catch (...) {
        failure_ = std::current_exception();
    }
    // The hub's thread takes the job's last reference: what it holds may belong there. The job may
    // be gone before `post` has returned.
    const hub_address home = home_;
    home.post([job = std::move(self_)] {
        job->done_ = true;
        job->pending_ = outside_work();
        if (job->waiting_ != nullptr) job->waiting_->wake();
    });
}

}  // namespace detail

thread_pool::thread_pool(std::size_t threads, std::size_t queue)
    : core_(std::make_unique<detail::pool_core>(threads, queue)) {}

thread_pool::~thread_pool() {
    // Neither threads to join nor locks that anybody would open: what is left of it stays.
    if (!core_->is_of_this_process()) static_cast<void>(core_.release());
}

thread_pool& thread_pool::shared() {
    static std::atomic<thread_pool*> only{nullptr};
    static std::atomic<thread_pool*> parents{nullptr};  // in a child, which cannot end it
    static const int forgotten_in_children =
        ::pthread_atfork(nullptr, nullptr, [] { parents = only.exchange(nullptr); });
    static_cast<void>(forgotten_in_children);
    thread_pool* found = only;
    if (found != nullptr) return *found;
    auto made = std::make_unique<thread_pool>();
    if (only.compare_exchange_strong(found, made.get())) found = made.release();
    return *found;  // outlives whatever runs at exit
}

std::size_t thread_pool::threads() const noexcept {
    return core_->threads();
}

bool thread_pool::submit(std::shared_ptr<detail::pool_job> job, deadline until) {
    detail::check_not_forked();
    constexpr std::chrono::milliseconds between_tries{1};
    for (;;) {
        job->keep(job);
        if (core_->push(job)) return true;
        job->keep(nullptr);  // the sleep may be interrupted
        if (until.expired()) return false;
        sleep_until(std::min(until, deadline(between_tries)));
    }
}

}  // namespace grove
