// SPDX-License-Identifier: MIT
#include "core/overflow.hpp"

#include "base/raw_write.hpp"
#include "core/hub_core.hpp"

#include <grove/error.hpp>

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <mutex>

namespace grove::detail {
namespace {

struct sigaction former_segv;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)
struct sigaction former_bus;   // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

bool in_guard(const void* address) noexcept {
    if (this_hub == nullptr) return false;
    const stack& running = this_hub->running_stack();
    const auto* at = static_cast<const std::byte*>(address);
    return at < running.base && at >= running.base - stack_pool::guard_size;
}

void say_decimal(std::size_t number) noexcept {
    std::array<char, 20> digits{};
    std::size_t at = digits.size();
    do {
        digits[--at] = static_cast<char>('0' + number % 10);
        number /= 10;
    } while (number != 0);
    say_raw({digits.data() + at, digits.size() - at});
}

/// Async-signal-safe all through. Ends by restoring the former handler and returning: the faulting
/// instruction runs again and gives the process its usual death, core dump included.
void on_fault(int signal, siginfo_t* info, void*) noexcept {
    if (in_guard(info->si_addr)) {
        std::array<char, 128> name{};
        const std::size_t length = this_hub->write_current_name(name.data(), name.size());
        say_raw("grove: stack overflow in ");
        say_raw({name.data(), length});
        say_raw(" (");
        say_decimal(this_hub->running_stack().size / 1024);
        say_raw(" KiB; spawn_options::stack chooses a larger one)\n");
    }
    ::sigaction(signal, signal == SIGSEGV ? &former_segv : &former_bus, nullptr);
    if (info->si_code <= 0) ::raise(signal);  // sent by a process: no instruction to run again
}

void install_handlers() {
    struct sigaction action {};

    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    if (::sigaction(SIGSEGV, &action, &former_segv) != 0) throw_errno("sigaction", "SIGSEGV");
    if (::sigaction(SIGBUS, &action, &former_bus) != 0) throw_errno("sigaction", "SIGBUS");
}

/// A thread's signal stack, unmapped with the thread.
class signal_stack {
 public:
    signal_stack() {
        stack_t present{};
        ::sigaltstack(nullptr, &present);
        if ((present.ss_flags & SS_DISABLE) == 0) return;  // the program has its own
        size_ = static_cast<std::size_t>(std::max(::sysconf(_SC_SIGSTKSZ), 64L * 1024));
        memory_ =
            ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory_ == MAP_FAILED) throw_errno("mmap", "a signal stack");
        const stack_t ours{memory_, 0, size_};
        ::sigaltstack(&ours, nullptr);
    }

    signal_stack(const signal_stack&) = delete;
    signal_stack& operator=(const signal_stack&) = delete;

    ~signal_stack() {
        if (memory_ == nullptr) return;
        const stack_t none{nullptr, SS_DISABLE, 0};
        ::sigaltstack(&none, nullptr);
        ::munmap(memory_, size_);
    }

 private:
    void* memory_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace

void report_overflows_of_thread() {
    static std::once_flag once;
    std::call_once(once, install_handlers);
    static thread_local signal_stack of_this_thread;
    static_cast<void>(of_this_thread);
}

}  // namespace grove::detail
