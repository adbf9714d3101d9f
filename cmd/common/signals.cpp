// SPDX-License-Identifier: MIT
#include "cmd/common/signals.hpp"

#include <grove/error.hpp>

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <ctime>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::array handled{SIGINT, SIGTERM, SIGHUP};

// Ctrl-C under `timeout --foreground` comes twice: from the terminal, and from timeout.
constexpr std::int64_t one_wish = 100'000'000;  // nanoseconds

// What the handler writes: a handler has no other way to find its object.
std::atomic<int> first_signal{0};
std::atomic<std::int64_t> last_wish{0};  // when it came, in nanoseconds of the monotonic clock
std::atomic<int> wake_descriptor{-1};
std::atomic<stop_signals::last_act> before_the_end{nullptr};

static_assert(std::atomic<int>::is_always_lock_free &&
                  std::atomic<std::int64_t>::is_always_lock_free &&
                  std::atomic<stop_signals::last_act>::is_always_lock_free,
              "the handler may only touch lock-free data");

std::int64_t monotonic_now() noexcept {
    constexpr std::int64_t second = 1'000'000'000;
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * second + now.tv_nsec;
}

/// Async-signal-safe. The second signal ends the process from here: the hub may be stuck.
void on_signal(int signal) noexcept {
    const int saved = errno;
    const std::int64_t now = monotonic_now();
    std::int64_t before = last_wish;
    if (before != 0 && now - before < one_wish) return;
    // Who loses this was interrupted by the same wish.
    if (!last_wish.compare_exchange_strong(before, now)) return;
    int none = 0;
    if (!first_signal.compare_exchange_strong(none, signal)) {
        if (const stop_signals::last_act act = before_the_end) act();
        end_at_once(by_signal(signal));
    }
    const std::uint64_t one = 1;
    // Fails only when the counter is full: then the hub will wake anyway.
    [[maybe_unused]] const ssize_t n = ::write(wake_descriptor, &one, sizeof one);
    errno = saved;
}

}  // namespace

stop_signals::stop_signals(std::function<void(int signal)> on_first, last_act before_end)
    : on_first_(std::move(on_first)), descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (descriptor_ < 0) throw_errno("eventfd", "for signals");
    first_signal = 0;
    wake_descriptor = descriptor_;
    before_the_end = before_end;
    arrivals_ = hub::current().watch_fd(
        descriptor_, readiness::read, [this](readiness) { look(); }, keep_alive::no);
    for (std::size_t i = 0; i < handled.size(); ++i) install(handled[i], former_[i]);
}

stop_signals::~stop_signals() {
    for (std::size_t i = 0; i < handled.size(); ++i) {
        ::sigaction(handled[i], &former_[i], nullptr);
    }
    arrivals_ = watch();
    wake_descriptor = -1;
    ::close(descriptor_);
}

int stop_signals::received() const noexcept {
    return first_signal;
}

void stop_signals::install(int signal, struct sigaction& former) {
    struct sigaction action {};

    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    if (::sigaction(signal, nullptr, &former) != 0) throw_errno("sigaction");
    // Who was started by nohup outlives the terminal.
    if (signal == SIGHUP && former.sa_handler == SIG_IGN) return;
    if (::sigaction(signal, &action, nullptr) != 0) throw_errno("sigaction");
}

void stop_signals::look() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t n = ::read(descriptor_, &count, sizeof count);
    if (received() != 0 && !std::exchange(told_, true)) on_first_(received());
}

}  // namespace grove::cmd
