// SPDX-License-Identifier: MIT
#include "base/check.hpp"
#include "core/fork_guard.hpp"

#include <grove/remote_event.hpp>
#include <grove/remote_semaphore.hpp>
#include <grove/thread_pool.hpp>

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace grove {
namespace detail {

/// What the workers share. The mutex is held for moments only, never across a park.
class pool_core {
 public:
    pool_core(std::size_t threads, std::size_t queue);
    pool_core(const pool_core&) = delete;
    pool_core& operator=(const pool_core&) = delete;
    ~pool_core();

    /// Room in the queue is taken before, and given back by the thread that takes the job out.
    [[nodiscard]] remote_semaphore& room() noexcept { return room_; }

    void push(std::shared_ptr<pool_job> job);
    void resize(std::size_t threads);
    [[nodiscard]] std::size_t threads() const;

    bool wait_until_idle(deadline until) { return idle_event_.wait(until); }

    /// False in the child of a fork, which has none of the threads.
    [[nodiscard]] bool is_of_this_process() const noexcept { return process_ == ::getpid(); }

 private:
    void start_more_threads();
    void start_thread();
    void serve();
    void leave();
    void job_is_done();

    remote_semaphore room_;
    remote_event idle_event_;
    const pid_t process_ = ::getpid();
    mutable std::mutex mutex_;
    std::condition_variable work_;
    std::size_t most_threads_;  // guarded by mutex_, like all that follows
    std::deque<std::shared_ptr<pool_job>> queue_;
    std::vector<std::thread> threads_;
    std::vector<std::thread> ended_;  // left to be joined
    std::size_t idle_ = 0;
    std::size_t unfinished_ = 0;
    bool ending_ = false;
};

pool_core::pool_core(std::size_t threads, std::size_t queue)
    : room_(queue), most_threads_(threads) {
    if (threads == 0 || queue == 0)
        throw std::invalid_argument("a thread_pool needs a thread and room for a job");
    idle_event_.set();
}

pool_core::~pool_core() {
    std::vector<std::thread> all;
    std::deque<std::shared_ptr<pool_job>> dropped;
    {
        const std::lock_guard hold(mutex_);
        ending_ = true;
        dropped.swap(queue_);
        all.swap(threads_);
    }
    work_.notify_all();
    for (const std::shared_ptr<pool_job>& job : dropped) job->drop();
    dropped.clear();
    for (std::thread& t : all) t.join();
    for (std::thread& t : ended_) t.join();
}

void pool_core::push(std::shared_ptr<pool_job> job) {
    if (!is_of_this_process()) fatal("a thread_pool has no threads in the child of a fork");
    const std::lock_guard hold(mutex_);
    queue_.push_back(std::move(job));
    if (unfinished_++ == 0) idle_event_.clear();
    if (idle_ < queue_.size() && threads_.size() < most_threads_) start_thread();
    work_.notify_one();
}

void pool_core::resize(std::size_t threads) {
    std::vector<std::thread> ended;
    {
        const std::lock_guard hold(mutex_);
        most_threads_ = threads;
        start_more_threads();
        ended.swap(ended_);
    }
    work_.notify_all();
    for (std::thread& t : ended) t.join();  // they have left the pool: moments
}

std::size_t pool_core::threads() const {
    const std::lock_guard hold(mutex_);
    return threads_.size();
}

/// As many as the jobs that wait need.
void pool_core::start_more_threads() {
    const std::size_t needed = queue_.size() > idle_ ? queue_.size() - idle_ : 0;
    const std::size_t possible =
        most_threads_ > threads_.size() ? most_threads_ - threads_.size() : 0;
    for (std::size_t i = 0; i < std::min(needed, possible); ++i) start_thread();
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
    const auto too_many = [this] { return threads_.size() > most_threads_; };
    for (;;) {
        ++idle_;
        work_.wait(hold, [&] { return ending_ || !queue_.empty() || too_many(); });
        --idle_;
        if (ending_) return;
        if (too_many()) return leave();
        pool_job* const job = queue_.front().get();  // it keeps itself until it is handed back
        queue_.pop_front();
        hold.unlock();
        room_.release();
        job->work();
        hold.lock();
        job_is_done();
    }
}

void pool_core::leave() {
    const auto me = std::ranges::find(threads_, std::this_thread::get_id(), &std::thread::get_id);
    ended_.push_back(std::move(*me));
    threads_.erase(me);
    work_.notify_one();  // the call that woke this one may have been for a job
}

void pool_core::job_is_done() {
    if (--unfinished_ == 0) idle_event_.set();
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
    go_home();
}

void pool_job::drop() noexcept {
    failure_ =
        std::make_exception_ptr(std::logic_error("the thread_pool ended before the job ran"));
    go_home();
}

/// The hub's thread takes the job's last reference: what it holds may belong there. The job may be
/// gone before `post` has returned.
void pool_job::go_home() noexcept {
    const hub_address home = home_;
    home.post([job = std::move(self_)] {
        job->done_ = true;
        job->pending_ = outside_work();
        job->come_home();
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

bool thread_pool::join(deadline until) {
    return core_->wait_until_idle(until);
}

void thread_pool::resize(std::size_t threads) {
    if (threads == 0) throw std::invalid_argument("a thread_pool needs a thread");
    core_->resize(threads);
}

bool thread_pool::submit(std::shared_ptr<detail::pool_job> job, deadline until) {
    detail::check_not_forked();
    if (!core_->room().acquire(until)) return false;
    job->keep(job);
    core_->push(std::move(job));
    return true;
}

}  // namespace grove
