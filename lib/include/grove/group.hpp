// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/greenlet_core.hpp>
#include <grove/detail/imap.hpp>
#include <grove/detail/source_location.hpp>
#include <grove/detail/wait_list.hpp>
#include <grove/greenlet.hpp>
#include <grove/semaphore.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <optional>
#include <ranges>
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

    /// Makes a greenlet a member; in a pool, waits for a place first. Result: its id.
    /// Interrupted: the greenlet stays with the caller.
    std::uint32_t add(greenlet_handle&& g);

    /// Lets a member go; its place is free. Result: its handle, invalid when there is no such
    /// member.
    [[nodiscard]] greenlet_handle discard(std::uint32_t id);

    /// Waits until there is no member.
    /// Result: false when `until` came first. Throws: nothing of the members', unless asked to.
    /// Interrupted: nothing happened.
    bool join(deadline until = never);
    bool join(group_join_options options);

    /// Kills all members, in the order they came, and waits until there is none; members that come
    /// meanwhile are killed too. Each is killed once, however often this is called.
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
    detail::wait_list joiners_;
    std::exception_ptr failure_;
    std::exception_ptr kill_reason_;
    std::size_t kills_ = 0;  // that go on: a member that comes meanwhile dies at once
    greenlet<void> reaper_;
};

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
