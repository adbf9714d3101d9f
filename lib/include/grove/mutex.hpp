// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/greenlet_core.hpp>
#include <grove/detail/wait_list.hpp>

#include <cstddef>
#include <functional>

/// Locks that know who holds them. A greenlet gives way only where it waits, so data needs a lock
/// only across such a point: two writes to a socket, a lookup and what follows from it.
///
///     grove::mutex turn("the log's turn");
///     { const std::lock_guard hold(turn); peer.write_all(head); peer.write_all(body); }
///
/// Who waits gets the lock first come first: `unlock` hands it over. When greenlets wait for each
/// other in a circle, `would_block_forever` names them, their locks and who holds which.
///
/// For the standard guards: `std::lock_guard`, `std::unique_lock`, `std::scoped_lock`.
/// Destroying a lock wakes those who wait with `std::logic_error`.

namespace grove {

class GROVE_API mutex {
 public:
    /// `name`, a literal, stands in reports.
    explicit mutex(const char* name = "mutex") noexcept : name_(name) {}

    mutex(const mutex&) = delete;
    mutex& operator=(const mutex&) = delete;
    /// May be held: by nobody who will give it back, then.
    ~mutex();

    /// Waits for the lock. Result: false when `until` came first.
    /// Throws: `std::system_error` (`resource_deadlock_would_occur`) when the caller holds it
    /// already. Interrupted: it is not locked.
    bool lock(deadline until = never);

    [[nodiscard]] bool try_lock() noexcept;

    /// Never switches: the next greenlet has the lock and runs in its turn.
    /// Throws: `std::system_error` (`operation_not_permitted`) when the caller does not hold it.
    void unlock();

    [[nodiscard]] bool locked() const noexcept { return owner_.get() != nullptr; }

    /// The running greenlet holds it.
    [[nodiscard]] bool held() const noexcept;

 private:
    /// Keeps its greenlet's block of memory, also when the greenlet ends without unlocking.
    class owner final : public detail::holding {
     public:
        void set(detail::greenlet_core* g) noexcept;

        [[nodiscard]] detail::greenlet_core* get() const noexcept { return holder_; }

        void each_holder(
            const std::function<void(const detail::greenlet_core&)>& tell) const override;

     private:
        detail::greenlet_core* holder_ = nullptr;
    };

    const char* name_;
    owner owner_;
    detail::wait_list waiting_;
};

/// A lock that its holder may take again, to be given back as often.
class GROVE_API recursive_mutex {
 public:
    explicit recursive_mutex(const char* name = "recursive_mutex") noexcept : mutex_(name) {}

    /// As `mutex::lock`, but at once for the holder.
    bool lock(deadline until = never);
    [[nodiscard]] bool try_lock() noexcept;
    /// As `mutex::unlock`; the last of them lets others in.
    void unlock();

    [[nodiscard]] bool locked() const noexcept { return mutex_.locked(); }

    [[nodiscard]] bool held() const noexcept { return mutex_.held(); }

    /// How often the holder has it.
    [[nodiscard]] std::size_t depth() const noexcept { return depth_; }

 private:
    mutex mutex_;
    std::size_t depth_ = 0;
};

}  // namespace grove
