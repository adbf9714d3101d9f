// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/timeout.hpp>

#include <string>
#include <utility>

/// A limit on a scope that nobody inside can swallow: once its time has come, each call that would
/// wait throws, until the scope ends. For code that calls libraries: one that catches everything,
/// retries or cleans up cannot go on waiting. A `timeout` is thrown once.
///
///     {
///         const grove::deadline_scope within(5s);
///         library.fetch(url);                 // may catch what it likes
///     }
///
/// - Scopes nest, among themselves and with timeouts: of several that have run out, the one whose
///   time came first is thrown; `is_source` tells whose exception it is.
/// - A call's own deadline is the call's: it returns false, or whatever it says. Where both come in
///   the same turn, the call returns, and the next wait throws.
/// - What need not wait does not throw: `try_get`, a `get` from a queue that has items.
/// - A shield holds it back; the first wait after the shield throws. So does unwinding.
/// - A greenlet that is killed meanwhile is thrown the kill, for it ends the whole greenlet and
///   with it the handlers of its scopes.
/// - From the second time on, others run once before it is thrown: to swallow it in a loop keeps
///   nobody from running.
/// - Blocking calls of C libraries fail with ETIMEDOUT each time, under the patch library.
/// - Greenlets that are spawned inside are not limited.
///
/// Threads: the hub's own. A wait costs what it costs without.

namespace grove {

class GROVE_API deadline_scope final : public time_limit {
 public:
    /// Limits the running greenlet from here to the end of the scope. One that has passed throws at
    /// the first wait; `never` limits nothing until it is moved. `text` is added to what the
    /// exception says.
    explicit deadline_scope(deadline until, std::string text = {});
    /// Takes it back, also when it has run out.
    ~deadline_scope() = default;

    [[nodiscard]] deadline until() const noexcept { return until_; }

    /// Zero once it has run out, `duration::max()` for `never`.
    [[nodiscard]] duration remaining() const noexcept { return until_.remaining(); }

    /// Its time has come.
    [[nodiscard]] bool expired() const noexcept { return until_.expired(); }

    /// Shortens or lengthens it; one that has run out and is moved into the future no longer
    /// throws. May be called by other greenlets of the thread.
    void move_to(deadline until);

 private:
    [[noreturn]] static void raise(const time_limit& me);

    deadline until_;
    std::string text_;
};

/// Runs `f` within a `deadline_scope`.
/// Result: what `f` returns (`true` for void) or nothing (`false`) when *this* scope ended it; any
/// other interruption or exception passes through.
template <class F>
auto with_deadline(deadline until, F&& f) {
    const deadline_scope limit(until);
    return detail::run_within(limit, std::forward<F>(f));
}

}  // namespace grove
