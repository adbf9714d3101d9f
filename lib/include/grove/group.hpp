// SPDX-License-Identifier: MIT
#pragma once

#include <grove/async_result.hpp>
#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/async_call.hpp>
#include <grove/detail/greenlet_core.hpp>
#include <grove/detail/imap.hpp>
#include <grove/detail/source_location.hpp>
#include <grove/detail/wait_list.hpp>
#include <grove/greenlet.hpp>
#include <grove/semaphore.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <list>
#include <optional>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

/// Greenlets that belong together: they are waited for, and killed, as one. Leaving the scope kills
/// those that are left and waits until they are gone. `pool` is a group with a bound; for one
/// greenlet its own handle will do.
///
///     grove::group workers;
///     for (int i = 0; i < 4; ++i) workers.spawn([&] { for (auto& url : todo) visit(url); });
///     workers.join();
///
/// Captures by reference are safe exactly when the group is declared after what they refer to.
/// A member that has ended is forgotten by itself, in a later turn; what it failed with is printed
/// as for any greenlet, and `join` can rethrow it.
/// Threads: the hub's own.

namespace grove {

struct group_join_options {
    deadline until = never;
    bool rethrow = false;  ///< once all have ended, throw the earliest failure since the last time
};

class GROVE_API group {
 public:
    group();
    group(const group&) = delete;
    group& operator=(const group&) = delete;
    ~group();

    /// Spawns a member; in a pool, waits for a place first. Result: the member's id.
    /// Interrupted: nothing was spawned.
    template <detail::spawnable F>
    std::uint32_t spawn(F&& f, detail::source_location from = detail::source_location::current()) {
        return spawn(spawn_options{}, std::forward<F>(f), from);
    }

    template <detail::spawnable F>
    std::uint32_t spawn(spawn_options options, F&& f,
                        detail::source_location from = detail::source_location::current()) {
        places_.wait();
        return enlist(grove::spawn(std::move(options), std::forward<F>(f), from)).number;
    }

    /// Calls `f` in a member and waits for it; in a pool, waits for a place first. A member of this
    /// group calls it itself, for in a full pool it would wait for its own place.
    /// Result: what `f` returned. Throws: what it threw, which is not printed. Interrupted: the
    /// call is killed and waited for.
    template <class F>
    auto apply(F&& f);

    /// Calls `f` in a member and does not wait for it, nor for a place: in a full pool the call
    /// joins those that wait for one, first come first served. They are as many as are made: use
    /// `spawn` where that must be bounded. `then(value)`, or `then()`, is called in the same member
    /// if it succeeded.
    /// Result: where the outcome goes: what `f` returned or threw, `greenlet_killed` when it was
    /// killed or dropped. A failure is printed as well, as for any member. Never blocks.
    template <class F, class Then = detail::nothing_then>
    auto async(F&& f, Then&& then = {},
               detail::source_location from = detail::source_location::current());

    /// Calls of `async` that wait for a place.
    [[nodiscard]] std::size_t waiting() const noexcept { return backlog_.size(); }

    /// As `map`, in a greenlet of its own.
    /// Result: its handle, which must not outlive the group; leaving the handle's scope kills the
    /// calls. The range is kept, unless it is an lvalue: then it must outlive the handle.
    template <std::ranges::input_range Range, class F>
    [[nodiscard]] auto map_async(Range&& items, F&& f);

    /// Makes a greenlet a member; in a pool, waits for a place first. Result: its id.
    /// Interrupted: the greenlet stays with the caller.
    std::uint32_t add(greenlet_handle&& g);

    /// Lets a member go; its place is free. Result: its handle, invalid when there is no such
    /// member.
    [[nodiscard]] greenlet_handle discard(std::uint32_t id);

    /// Waits until there is no member, and no call that waits for a place.
    /// Result: false when `until` came first. Throws: nothing of the members', unless asked to.
    /// Interrupted: nothing happened.
    bool join(deadline until = never);
    bool join(group_join_options options);

    /// Kills all members, in the order they came, drops the calls that wait for a place, and waits
    /// until there is no member; members that come meanwhile are killed too. Each is killed once,
    /// however often this is called.
    /// Result: false when `until` came first; the kills stay pending. Interrupted: likewise.
    bool kill(deadline until = never);
    /// As above with an exception of your own.
    bool kill(std::exception_ptr reason, deadline until = never);

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }

    [[nodiscard]] bool contains(std::uint32_t id) const noexcept;

    /// Calls `f` for each item of `items`, each in a member of its own, and waits for all.
    /// Result: what the calls returned, in the order of the items (nothing when they return void).
    /// Throws: the earliest failure as soon as it happens; the calls that still run are killed and
    /// waited for. Interrupted: likewise. What a call throws is not printed.
    template <std::ranges::input_range Range, class F>
    auto map(Range&& items, F&& f);

    /// As `map`, but the results are read one by one while the calls go on, in the order of the
    /// items:
    ///
    ///     for (auto& page : pool.imap(urls, fetch)) ...
    ///
    /// Items are pulled from the range as they are needed. The results refer to the range when it
    /// is an lvalue, and to the group; both must outlive them. They end with their scope: calls
    /// that still run are killed then and waited for.
    template <std::ranges::input_range Range, class F>
    [[nodiscard]] auto imap(Range&& items, F&& f, imap_options options = {}) {
        return detail::imap_results<Range, std::decay_t<F>>(*this, std::forward<Range>(items),
                                                            std::forward<F>(f),
                                                            detail::errand_order::input, options);
    }

    /// As `imap`, in the order in which the calls end.
    template <std::ranges::input_range Range, class F>
    [[nodiscard]] auto imap_unordered(Range&& items, F&& f, imap_options options = {}) {
        return detail::imap_results<Range, std::decay_t<F>>(
            *this, std::forward<Range>(items), std::forward<F>(f), detail::errand_order::completion,
            options);
    }

 protected:
    group(std::size_t places, const char* what);

    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

    [[nodiscard]] semaphore& places() noexcept { return places_; }

    [[nodiscard]] const semaphore& places() const noexcept { return places_; }

 private:
    struct member;
    friend class detail::errands;

    /// For reports: the members hold the places, and keep those who join from going on.
    class GROVE_API membership final : public detail::holding {
     public:
        explicit membership(const group& of) noexcept : group_(of) {}

        void each_holder(
            const std::function<void(const detail::greenlet_core&)>& tell) const override;
        [[nodiscard]] const char* remark() const noexcept override;

     private:
        const group& group_;
    };

    /// A call that waits for a place.
    struct deferred {
        detail::task call;
        detail::source_location from;
    };

    /// The running greenlet is one of them.
    [[nodiscard]] bool is_member() const noexcept;
    void defer(detail::task call, detail::source_location from);
    void admit_deferred();
    void drop_deferred() noexcept;

    /// There must be a place.
    detail::greenlet_core& enlist(greenlet_handle&& g);
    void shoot(member& m);
    void forget(std::list<member>& from, std::list<member>::iterator m) noexcept;
    void forget_ended() noexcept;
    [[nodiscard]] std::list<member>::iterator find(std::list<member>& in,
                                                   std::uint32_t id) noexcept;
    static void member_ended(detail::end_watcher& watcher, detail::greenlet_core& core) noexcept;

    std::size_t size_ = 0;
    std::size_t limit_;
    membership held_{*this};
    semaphore places_;
    std::list<member> members_;
    std::list<member> ended_;  // wait for the reaper's turn
    std::deque<deferred> backlog_;
    detail::wait_list joiners_;
    std::exception_ptr failure_;
    std::exception_ptr kill_reason_;
    std::size_t kills_ = 0;  // that go on: a member that comes meanwhile dies at once
    greenlet<void> reaper_;
    greenlet<void> admitter_;  // lives while there is a backlog
};

template <class F>
auto group::apply(F&& f) {
    using result = std::remove_cvref_t<std::invoke_result_t<F&>>;
    constexpr int once[1] = {};
    const auto call = [&f](int /*once*/) -> decltype(auto) { return std::invoke(f); };
    if constexpr (std::is_void_v<result>) {
        if (is_member())
            std::invoke(f);
        else
            map(once, call);
    } else {
        if (is_member()) return result(std::invoke(f));
        return result(std::move(map(once, call).front()));
    }
}

template <class F, class Then>
auto group::async(F&& f, Then&& then, detail::source_location from) {
    using call = detail::async_call<std::decay_t<F>, std::decay_t<Then>>;
    async_result<typename call::result> answer;
    defer(call(answer, std::forward<F>(f), std::forward<Then>(then)), from);
    return answer;
}

template <std::ranges::input_range Range, class F>
auto group::map_async(Range&& items, F&& f) {
    return grove::spawn([this, kept = std::tuple<Range>(std::forward<Range>(items)),
                         f = std::decay_t<F>(std::forward<F>(f))]() mutable {
        return map(std::get<0>(kept), std::ref(f));
    });
}

template <std::ranges::input_range Range, class F>
auto group::map(Range&& items, F&& f) {
    using calls = detail::errand_set<Range, std::decay_t<F>>;
    using result = typename calls::result;
    calls under_way(*this, std::forward<F>(f), detail::errand_order::input,
                    detail::failures::at_once);
    for (auto&& item : items) {
        under_way.core().wait_for_place();
        if (under_way.core().first_failure()) break;
        under_way.start(std::forward<decltype(item)>(item));
    }
    under_way.core().no_more();
    if constexpr (std::is_void_v<result>) {
        while (auto* read = under_way.next(never)) under_way.redeem(*read);
    } else {
        std::vector<result> results;
        while (auto* read = under_way.next(never)) results.push_back(under_way.redeem(*read));
        return results;
    }
}

}  // namespace grove
