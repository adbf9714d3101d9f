// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/detail/task.hpp>

#include <cstdint>
#include <memory>
#include <string>

/// Signals as greenlets: a function that runs in a greenlet of its own each time one arrives.
///
///     auto stop = grove::on_signal(SIGTERM, [&] { server.stop(); });
///
///     auto reload = grove::on_signal(SIGHUP);
///     while (reload.wait()) read_configuration();
///
/// As long as a handle lives the signal does nothing else: its former action (mostly: to end the
/// process) comes back with the last handle's end. The kernel keeps one signal of a kind until it
/// is taken, so two that come at almost the same time may count as one.
/// A handle does not keep its hub from saying that all wait for ever; `wait` does.
///
/// How: an ordinary handler counts the signal and wakes the hubs through an eventfd. signalfd was
/// left: it wants the signal blocked in every thread, those of other libraries too, and what is
/// blocked is inherited by programs that they start. A handler is not.
/// Threads: any hub's, several at once; `f` runs on the hub that asked, whichever thread the kernel
/// gave the signal to.

namespace grove {

namespace detail {
class signal_core;
}

/// Move-only. A handle's own function may end its handle.
class GROVE_API signal_handle {
 public:
    signal_handle(signal_handle&&) noexcept;
    signal_handle& operator=(signal_handle&&) noexcept;
    /// Listens no more, kills what runs of `f` and waits, shielded, until it is gone; when called
    /// by `f` itself, that one goes on.
    ~signal_handle();

    /// Waits for an arrival that no `wait` has told of; those before the first `wait` count.
    /// Result: false when `until` came first. Interrupted: nothing happened.
    bool wait(deadline until = never);

    /// How many have arrived.
    [[nodiscard]] std::uint64_t arrivals() const noexcept;

    [[nodiscard]] int number() const noexcept;

 private:
    friend signal_handle on_signal(int number, detail::task f);
    explicit signal_handle(std::shared_ptr<detail::signal_core> core) noexcept;

    std::shared_ptr<detail::signal_core> core_;
};

/// Runs `f`, if there is one, in a new greenlet at each arrival of the signal. It may block; what
/// it throws is printed as for any greenlet.
/// Throws: `std::system_error` (EINVAL: no such signal, SIGKILL and SIGSTOP, and those that a fault
/// in the program raises, which no greenlet could answer).
[[nodiscard]] GROVE_API signal_handle on_signal(int number, detail::task f = {});

/// `SIGTERM`; `signal 35` for one that has no name.
[[nodiscard]] GROVE_API std::string signal_name(int number);

}  // namespace grove
