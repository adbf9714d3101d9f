// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/item_stream.hpp>
#include <grove/detail/wait_list.hpp>
#include <grove/greenlet.hpp>
#include <grove/semaphore.hpp>
#include <grove/timeout.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <list>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

/// The engine of `group::map`, `imap` and `imap_unordered`: each item becomes an errand, run by a
/// member of the group and read in the order asked for.

namespace grove {

class group;

struct imap_options {
    /// How many items may be started and not yet read. The default is twice the size of a pool, and
    /// 64 in a group; at least 1.
    std::optional<std::size_t> ahead = {};
};

}  // namespace grove

namespace grove::detail {

enum class errand_order : std::uint8_t { input, completion };

/// One call: started, perhaps ended, not yet read.
struct errand : list_hook<errand> {
    greenlet_core* runner = nullptr;  ///< while it can still be killed
    std::exception_ptr error;
    bool succeeded = false;
    bool done = false;
};

/// When a failure is told: in its place among the results, or as soon as it happens.
enum class failures : std::uint8_t { in_place, at_once };

/// What does not depend on types: who is under way, who is read next, who waits.
class GROVE_API errands {
 public:
    errands(group& crew, errand_order order, failures told) noexcept
        : crew_(crew), order_(order), told_(told) {}

    /// Waits until the group has a place.
    void wait_for_place();

    void begin(errand& e) noexcept;
    /// The call will never run again.
    void end(errand& e) noexcept;
    /// No errand will begin any more.
    void no_more() noexcept;

    /// Gives the closure of errand `e` to the group.
    template <class Call>
    void launch(errand& e, Call&& call) {
        adopt(e, grove::spawn(std::forward<Call>(call)));
    }

    /// Takes out the next that has ended; null when none is left.
    /// Throws: `timeout_expired` when late.
    errand* next(deadline until);

    [[nodiscard]] const std::exception_ptr& first_failure() const noexcept { return failure_; }

    /// Kills those under way and waits, shielded, until they have ended.
    void stop() noexcept;

    [[nodiscard]] std::size_t default_ahead() const noexcept;

 private:
    void adopt(errand& e, greenlet_handle&& runner);

    [[nodiscard]] bool readable() noexcept { return !line_.empty() && line_.front().done; }

    [[nodiscard]] bool failed() const noexcept {
        return told_ == failures::at_once && failure_ != nullptr;
    }

    group& crew_;
    errand_order order_;
    failures told_;
    bool more_ = true;
    std::size_t running_ = 0;
    intrusive_list<errand> line_;       // in the order of reading
    intrusive_list<errand> elsewhere_;  // under way, where the order is that of completion
    std::exception_ptr failure_;
    wait_list waiting_;
};

/// How an item of `Range` waits for its call: by address where the range keeps it, else by value.
template <class Range>
struct item_traits {
    using reference = std::ranges::range_reference_t<Range>;
    using value = std::ranges::range_value_t<Range>;
    static constexpr bool stays =
        std::ranges::forward_range<Range> && std::is_lvalue_reference_v<reference>;
    using held = std::conditional_t<stays, std::remove_reference_t<reference>*, value>;
    using passed = std::conditional_t<stays, reference, value&&>;

    static held hold(reference item) {
        if constexpr (stays)
            return &item;
        else
            return held(static_cast<reference&&>(item));
    }

    static passed pass(held& item) noexcept {
        if constexpr (stays)
            return *item;
        else
            return std::move(item);
    }
};

/// The calls of `F` for items of `Range`, and what they returned.
template <class Range, class F>
class errand_set {
    using item = item_traits<Range>;

 public:
    using result = std::remove_cvref_t<std::invoke_result_t<F&, typename item::passed>>;
    using value = std::conditional_t<std::is_void_v<result>, std::monostate, result>;

    struct slot : errand {
        std::optional<value> answer;
        typename std::list<slot>::iterator self;
    };

    template <class G>
    errand_set(group& crew, G&& f, errand_order order, failures told)
        : f_(std::forward<G>(f)), core_(crew, order, told) {}

    errand_set(const errand_set&) = delete;
    errand_set& operator=(const errand_set&) = delete;

    ~errand_set() { core_.stop(); }

    /// Does not wait: `core().wait_for_place()` comes first.
    void start(typename item::reference from) {
        typename item::held kept = item::hold(static_cast<typename item::reference&&>(from));
        slot& mine = all_.emplace_back();
        mine.self = std::prev(all_.end());
        core_.begin(mine);
        core_.launch(mine, closure(*this, mine, std::move(kept)));
    }

    /// Waits for the next that has ended; null when none is left.
    slot* next(deadline until) { return static_cast<slot*>(core_.next(until)); }

    /// Gives up a slot that was read. Throws what the call threw.
    value redeem(slot& read) {
        const auto mine = std::exchange(read.self, all_.end());
        std::list<slot> out;
        out.splice(out.end(), all_, mine);
        if (read.error) std::rethrow_exception(read.error);
        return std::move(*read.answer);
    }

    [[nodiscard]] errands& core() noexcept { return core_; }

 private:
    /// What a member of the group runs. However it goes, killed before its first turn included, its
    /// end is the errand's end.
    class closure {
     public:
        closure(errand_set& home, slot& mine, typename item::held&& kept)
            : kept_(std::move(kept)), home_(&home), slot_(&mine) {}

        closure(closure&& other)
            : kept_(std::move(other.kept_)),
              home_(other.home_),
              slot_(std::exchange(other.slot_, nullptr)) {}

        closure& operator=(closure&&) = delete;

        ~closure() {
            if (slot_ != nullptr) home_->core_.end(*slot_);
        }

        void operator()() {
            try {
                if constexpr (std::is_void_v<result>) {
                    std::invoke(home_->f_, item::pass(kept_));
                    slot_->answer.emplace();
                } else {
                    slot_->answer.emplace(std::invoke(home_->f_, item::pass(kept_)));
                }
                slot_->succeeded = true;
            } catch (const greenlet_exit&) {
                throw;
            } catch (...) {  // the greenlet's entry: the reader throws it
                slot_->error = std::current_exception();
            }
        }

     private:
        typename item::held kept_;
        errand_set* home_;
        slot* slot_;
    };

    F f_;
    std::list<slot> all_;
    errands core_;
};

/// The results of `imap`, as they come. Its own scope; neither copied nor moved.
template <class Range, class F>
class [[nodiscard]] imap_results {
    using calls = errand_set<Range, F>;
    static_assert(!std::is_void_v<typename calls::result>,
                  "imap is for functions that return something; map takes the others");
    using iterator = item_iterator<imap_results, typename calls::value>;

 public:
    using value_type = typename calls::value;

    template <class R, class G>
    imap_results(group& crew, R&& items, G&& f, errand_order order, imap_options options)
        : items_(std::forward<R>(items)),
          calls_(crew, std::forward<G>(f), order, failures::in_place),
          ahead_(options.ahead.value_or(calls_.core().default_ahead())) {
        if (ahead_.locked()) throw std::invalid_argument("imap: ahead must be at least 1");
        feeder_ = grove::spawn([this] { feed(); });
    }

    imap_results(const imap_results&) = delete;
    imap_results& operator=(const imap_results&) = delete;
    ~imap_results() = default;

    /// Waits for the next result. Result: nullopt after the last.
    /// Throws: what the call for that item threw, or what the range itself threw; the next call
    /// goes on behind it. `greenlet_killed` when that call was killed; `timeout_expired` when
    /// `until` came first. Interrupted: nothing happened.
    std::optional<value_type> get(deadline until = never) {
        if (auto* read = calls_.next(until)) {
            ahead_.release();
            return calls_.redeem(*read);
        }
        if (range_failure_) std::rethrow_exception(std::exchange(range_failure_, nullptr));
        return std::nullopt;
    }

    /// `for (auto& result : results)`; an exception ends the loop.
    [[nodiscard]] iterator begin() { return iterator(*this); }

    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

 private:
    friend iterator;

    void next_into(std::optional<value_type>& item) { item = get(); }

    void feed() {
        const on_exit all_fed([this] { calls_.core().no_more(); });
        try {
            auto at = std::ranges::begin(items_);
            for (; at != std::ranges::end(items_); ++at) {
                ahead_.acquire();
                calls_.core().wait_for_place();
                calls_.start(*at);
            }
        } catch (const greenlet_exit&) {
            throw;
        } catch (...) {  // the greenlet's entry: the reader throws it, after the last result
            range_failure_ = std::current_exception();
        }
    }

    Range items_;
    calls calls_;
    semaphore ahead_;
    std::exception_ptr range_failure_;
    greenlet<void> feeder_;  // the last: it ends before what it feeds
};

}  // namespace grove::detail
