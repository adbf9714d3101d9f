// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/intrusive_list.hpp>
#include <grove/detail/wait_list.hpp>
#include <grove/hub.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

/// How greenlets of several hubs, and threads without a hub, wait for what all of them use: the
/// wait_list of the remote types. All here is guarded by the mutex of what is waited on, which is
/// held for moments and never across a wait.
///
/// A greenlet that is told something is called through its hub's mailbox, and leaves its frame only
/// when that call has arrived: who tells needs no memory but the visitor in the frame. What was
/// handed over wins over a kill, a timeout and a deadline that come meanwhile, so nothing is lost.

namespace grove::detail {

class remote_calls;

/// One wait of one greenlet, or of one thread.
class GROVE_API remote_visitor : public list_hook<remote_visitor> {
 public:
    /// As for a waiter.
    explicit remote_visitor(const char* what, const void* object) noexcept
        : what_(what), object_(object) {}

    /// Once the wait is over.
    [[nodiscard]] news told() const noexcept { return told_; }

    [[nodiscard]] const char* what() const noexcept { return what_; }

 private:
    friend class remote_calls;
    friend class remote_line;

    bool park(std::unique_lock<std::mutex>& held, deadline until);
    bool block(std::unique_lock<std::mutex>& held, deadline until);
    void await_call();
    void call();

    const char* what_;
    const void* object_;
    bool was_told_ = false;
    news told_ = news::granted;
    std::optional<hub_address> home_;  // nothing: a thread without a hub
    waiter* waiting_ = nullptr;        // on the home's thread
    bool called_ = false;              // likewise
    std::condition_variable changed_;  // for a thread without a hub
};

/// Greenlets that have been told and are to be called once the mutex is free: it is to be declared
/// before the lock.
class GROVE_API remote_calls {
 public:
    remote_calls() = default;
    remote_calls(const remote_calls&) = delete;
    remote_calls& operator=(const remote_calls&) = delete;

    ~remote_calls() {
        if (!told_.empty()) make();
    }

 private:
    friend class remote_line;
    void make() noexcept;

    intrusive_list<remote_visitor> told_;
};

/// Those who wait, first come first served.
class GROVE_API remote_line {
 public:
    [[nodiscard]] bool empty() const noexcept { return visitors_.empty(); }

    /// Undefined on an empty line.
    [[nodiscard]] remote_visitor& front() noexcept { return visitors_.front(); }

    /// Lets the first go on.
    void tell_first(news what, remote_calls& calls) noexcept;
    /// Lets all go on.
    void dismiss(news why, remote_calls& calls) noexcept;

    /// Waits at the end of the line. A greenlet parks, a thread without a hub blocks. `held` is
    /// given back meanwhile, and for good when it throws or returns true: what `kept` keeps alive,
    /// the lock included, may be gone then.
    /// Result: false when `until` came first. Throws: `std::logic_error` when the last handle went.
    /// Interrupted: nothing happened.
    bool wait(remote_visitor& me, std::unique_lock<std::mutex>& held, deadline until,
              const std::shared_ptr<const void>& kept);

 private:
    intrusive_list<remote_visitor> visitors_;
};

/// What handles share. Those who wait have a share of the state as well, but the end of the last
/// handle is told to them by `State::abandon`.
template <class State>
class remote_share {
 public:
    explicit remote_share(std::shared_ptr<State> state)
        : keeper_(std::make_shared<const keeper>(std::move(state))) {}

    [[nodiscard]] State* operator->() const noexcept { return keeper_->state.get(); }

 private:
    struct keeper {
        explicit keeper(std::shared_ptr<State> s) noexcept : state(std::move(s)) {}

        keeper(const keeper&) = delete;
        keeper& operator=(const keeper&) = delete;

        ~keeper() { state->abandon(); }

        std::shared_ptr<State> state;
    };

    std::shared_ptr<const keeper> keeper_;
};

}  // namespace grove::detail
