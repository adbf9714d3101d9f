// SPDX-License-Identifier: MIT
#include "base/raw_write.hpp"
#include "base/unique_fd.hpp"
#include "core/fork_guard.hpp"
#include "core/hub_core.hpp"

#include <grove/error.hpp>
#include <grove/introspect.hpp>
#include <grove/signals.hpp>

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

namespace grove::introspect {
namespace {

/// What the handler touches: it has no other way to find anything.
constinit std::atomic<int> bell{-1};
constinit std::atomic<int> ringing{0};  // handlers that may be using `bell`
std::atomic<bool> in_use = false;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

constexpr std::uint64_t a_signal = 1;
constexpr std::uint64_t the_end = std::uint64_t{1} << 32;

void on_arrival(int) noexcept {
    if (detail::in_forked_child()) return;  // the bell is its parent's
    const int saved = errno;
    ++ringing;
    [[maybe_unused]] const ssize_t n = detail::raw_write(bell, &a_signal, sizeof a_signal);
    --ringing;
    errno = saved;
}

/// To stderr by pieces for which it has room, so that a reader who is stuck cannot hold us.
void write_patiently(std::string_view text) {
    constexpr int patience = 1000;       // ms
    constexpr std::size_t piece = 4096;  // a pipe that is writable takes so much at once
    while (!text.empty()) {
        pollfd room{STDERR_FILENO, POLLOUT, 0};
        if (::poll(&room, 1, patience) <= 0) return;
        const ssize_t n =
            detail::raw_write(STDERR_FILENO, text.data(), std::min(text.size(), piece));
        if (n <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(n));
    }
}

}  // namespace

class print_on_signal::watcher {
 public:
    explicit watcher(print_on_signal_options options)
        : options_(std::move(options)),
          teller_(std::make_shared<std::function<void(const process_snapshot&)>>(
              std::move(options_.tell))),
          hub_(*teller_ ? detail::hub_core::of_thread().thread() : 0),
          bell_(::eventfd(0, EFD_CLOEXEC)) {
        if (!bell_) throw_errno("eventfd", "for signals");
        thread_ = std::thread([this] { run(); });
        bell = bell_.get();
        if (const int error = install(); error != 0) {
            end();
            throw_error(error, "sigaction", signal_name(options_.signal));
        }
    }

    watcher(const watcher&) = delete;
    watcher& operator=(const watcher&) = delete;

    ~watcher() {
        *teller_ = nullptr;
        struct sigaction present = {};
        ::sigaction(options_.signal, nullptr, &present);
        // Unless somebody else has taken the signal meanwhile.
        if (present.sa_handler == on_arrival) ::sigaction(options_.signal, &former_, nullptr);
        end();
    }

 private:
    int install() noexcept {
        struct sigaction action = {};
        action.sa_handler = on_arrival;
        action.sa_flags = SA_RESTART | SA_ONSTACK;
        sigemptyset(&action.sa_mask);
        return ::sigaction(options_.signal, &action, &former_) == 0 ? 0 : errno;
    }

    /// A handler that runs elsewhere may have read the number: it must not write to whatever gets
    /// that number next.
    void end() noexcept {
        bell = -1;
        while (ringing != 0) std::this_thread::yield();
        [[maybe_unused]] const ssize_t n = ::write(bell_.get(), &the_end, sizeof the_end);
        thread_.join();
    }

    void run() {
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
        ::pthread_setname_np(::pthread_self(), "grove-seeing");
        std::uint64_t arrived = 0;
        while (::read(bell_.get(), &arrived, sizeof arrived) == sizeof arrived) {
            if ((arrived & (the_end - 1)) != 0) tell();
            if (arrived >= the_end) return;
        }
    }

    void tell() noexcept {
        try {
            process_snapshot seen = snapshot(options_.ask);
            const bool answers = std::any_of(
                seen.hubs.begin(), seen.hubs.end(),
                [this](const hub_view& hub) { return hub.thread == hub_ && hub.answered; });
            if (answers)
                tell_on_hub(std::move(seen));
            else
                write_patiently(to_tree(seen));
        } catch (const std::exception& error) {
            write_patiently("grove: the greenlets cannot be shown: " + std::string(error.what()) +
                            "\n");
        }
    }

    void tell_on_hub(process_snapshot seen) {
        std::shared_ptr<detail::mailbox> door;
        detail::beacon::each([&](const detail::beacon& hub) {
            if (hub.thread() == hub_) door = hub.door();
        });
        if (door == nullptr) return;  // it ends
        door->post_and_ring([teller = teller_, seen = std::move(seen)] {
            if (*teller) (*teller)(seen);
        });
    }

    print_on_signal_options options_;
    std::shared_ptr<std::function<void(const process_snapshot&)>> teller_;  // the hub's alone
    pid_t hub_;  // its thread; 0: nobody is told
    detail::unique_fd bell_;
    struct sigaction former_ = {};
    std::thread thread_;
};

print_on_signal::print_on_signal(print_on_signal_options options) {
    if (in_use.exchange(true))
        throw std::logic_error("only one at a time prints the greenlets on a signal");
    try {
        watcher_ = std::make_unique<watcher>(std::move(options));
    } catch (...) {
        in_use = false;
        throw;
    }
}

print_on_signal::~print_on_signal() {
    watcher_.reset();
    in_use = false;
}

}  // namespace grove::introspect
