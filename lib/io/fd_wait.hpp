// SPDX-License-Identifier: MIT
#pragma once

#include "base/unique_fd.hpp"
#include "core/hub_core.hpp"

#include <grove/deadline.hpp>
#include <grove/detail/waiter.hpp>

#include <cstdint>
#include <string_view>

/// A descriptor that greenlets wait on: registered edge-triggered once for its life, with a bit a
/// direction that says whether a call may succeed. Calls are tried while the bit is set; a call
/// that found nothing clears it and parks.

namespace grove::detail {

/// Whether the descriptor is made non-blocking. One whose open file is shared with others, such as
/// what was inherited as 0, 1 and 2, must stay as it is; calls on it must not block by themselves.
enum class blocking_flag : std::uint8_t { cleared, untouched };

enum class direction : std::uint8_t { read = 0, write = 1 };

class fd_wait : private fd_watcher {
 public:
    /// Takes the descriptor and makes it non-blocking. Throws: `std::system_error`.
    explicit fd_wait(int fd, blocking_flag flag = blocking_flag::cleared);
    fd_wait(const fd_wait&) = delete;
    fd_wait& operator=(const fd_wait&) = delete;
    /// Closes; nobody may wait.
    ~fd_wait();

    [[nodiscard]] int fd() const noexcept { return fd_.get(); }

    /// False: the last call found nothing, and no edge has come since.
    [[nodiscard]] bool may_try(direction d) const noexcept { return ready_[index(d)]; }

    /// A call found nothing, or less than it asked for: the next one would find nothing. Once the
    /// peer has hung up, there is no further edge, so the bit stays.
    void exhausted(direction d) noexcept { ready_[index(d)] = hung_up_; }

    /// Parks until `d` may be tried.
    /// Throws: `std::system_error` (timed_out; EBADF when closed meanwhile; EALREADY when another
    /// greenlet waits for the same), the text beginning with `call` and `object`. Interrupted:
    /// nothing happened.
    void wait(direction d, deadline until, const char* call, std::string_view object = {});

    /// Ends the wait for `d`, if there is one, as if it may be tried: for who knows that what is
    /// waited for need not come any more.
    void wake(direction d) noexcept;

    /// Wakes those who wait and closes. Both directions may be tried then, and fail.
    void close() noexcept;

 private:
    static constexpr std::size_t index(direction d) noexcept { return static_cast<std::size_t>(d); }

    static void on_ready(fd_watcher& watcher, readiness seen) noexcept;

    hub_core& hub_;
    unique_fd fd_;
    waiter* waiting_[2] = {nullptr, nullptr};
    bool ready_[2] = {true, true};
    bool hung_up_ = false;
};

}  // namespace grove::detail
