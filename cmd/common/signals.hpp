// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"

#include <grove/hub.hpp>

#include <array>
#include <csignal>
#include <functional>

/// What signals do to a run:
///
/// - The first SIGINT, SIGTERM or SIGHUP asks it to end gracefully: it takes no new work, lets what
///   runs end within `--grace`, writes its reports and removes nothing that can be resumed. SIGHUP
///   stays ignored where it was (nohup).
/// - The second one ends the process at once (`end_at_once(by_signal(N))`). Those that come within
///   100 ms of the first are the same wish, whoever takes them: the terminal and timeout(1) may
///   both send one.
/// - SIGQUIT prints the tree of greenlets on stderr and the run goes on (main.cpp).
/// - SIGPIPE is ignored for the whole process (`prepare_standard_streams`).
///
/// A run makes one of these when it starts and destroys it when it ends; in between, the signals
/// are taken from their default actions.
///
///     stop_signals signals([&](int) { stop.set(); });
///     ...
///     return merge(signals.code(), code);

namespace grove::cmd {

class stop_signals {
 public:
    /// What the second signal does before the process ends: called in its handler, so it may only
    /// do what is safe there.
    using last_act = void (*)() noexcept;

    /// `on_first` is called once, on the hub, with the signal's number, and must not park. One at a
    /// time in a process.
    /// Throws: `std::system_error` when the handlers cannot be installed.
    explicit stop_signals(std::function<void(int signal)> on_first, last_act before_end = nullptr);
    stop_signals(const stop_signals&) = delete;
    stop_signals& operator=(const stop_signals&) = delete;

    /// Puts the former actions back.
    ~stop_signals();

    /// The signal that came; 0 when none has.
    [[nodiscard]] int received() const noexcept;

    /// `by_signal(received())`, or `ok`.
    [[nodiscard]] exit_code code() const noexcept {
        return received() == 0 ? exit_code::ok : by_signal(received());
    }

 private:
    void look();
    static void install(int signal, struct sigaction& former);

    std::function<void(int)> on_first_;
    int descriptor_ = -1;
    bool told_ = false;
    std::array<struct sigaction, 3> former_{};
    watch arrivals_;
};

}  // namespace grove::cmd
