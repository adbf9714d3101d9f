// SPDX-License-Identifier: MIT
#define UNW_LOCAL_ONLY
#include "introspect/stack_probe.hpp"

#include "core/hub_core.hpp"

#include <grove/error.hpp>

#include <cxxabi.h>
#include <dlfcn.h>
#include <libunwind.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>

// The header's names are macros for those of the machine's kind.
#define GROVE_TEXT_OF(name) #name
#define GROVE_NAME_OF(name) GROVE_TEXT_OF(name)

namespace grove::detail {
namespace {

constexpr int probe_signal = SIGURG;  // ignored by default: one that comes late does no harm
constexpr std::size_t most_frames = 48;

/// Loaded at the first probe and never before: libunwind brings an unwinder of C++ exceptions,
/// which would take the compiler's place in a program that is linked to it.
struct libunwind {
    decltype(&unw_init_local2) init_local2;
    decltype(&unw_step) step;
    decltype(&unw_get_reg) get_reg;
    decltype(&unw_get_accessors) get_accessors;
    unw_addr_space_t* space;

    static const libunwind& loaded() {
        static const libunwind all;
        return all;
    }

 private:
    libunwind() {
        void* const library = ::dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
        if (library == nullptr)
            throw std::runtime_error(std::string("stacks are read by libunwind: ") + ::dlerror());
        find(library, GROVE_NAME_OF(unw_init_local2), init_local2);
        find(library, GROVE_NAME_OF(unw_step), step);
        find(library, GROVE_NAME_OF(unw_get_reg), get_reg);
        find(library, GROVE_NAME_OF(unw_get_accessors), get_accessors);
        find(library, GROVE_NAME_OF(unw_local_addr_space), space);
    }

    template <class F>
    static void find(void* library, const char* name, F& into) {
        into = reinterpret_cast<F>(::dlsym(library, name));
        if (into == nullptr)
            throw std::runtime_error(std::string("stacks are read by libunwind, which has no ") +
                                     name);
    }
};

enum class progress : std::uint8_t { none, asked, being_filled, answered };

/// What the handler fills in. One probe at a time, so one answer.
struct probe_answer {
    std::atomic<progress> state{progress::none};
    const libunwind* unwinder = nullptr;
    pid_t thread = 0;
    std::array<char, 128> greenlet{};
    std::size_t greenlet_size = 0;
    source_location spawned;
    std::array<unw_word_t, most_frames> frames{};  // addresses
    std::size_t depth = 0;
};

probe_answer answer;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

/// The process's probes: one at a time asks, the first installs the handler.
struct all_probes {
    std::mutex guard;
    int alive = 0;
    struct sigaction former = {};
    std::unordered_map<unw_word_t, std::string> names;  // of functions, by address
};

all_probes& probes() {
    static auto* const all = new all_probes;  // a thread may look while the process ends
    return *all;
}

/// Async-signal-safe, as libunwind says of these calls on the own process.
void walk(unw_context_t* from) noexcept {
    const libunwind& unwinder = *answer.unwinder;
    unw_cursor_t at;
    if (unwinder.init_local2(&at, from, UNW_INIT_SIGNAL_FRAME) != 0) return;
    do {
        unwinder.get_reg(&at, UNW_REG_IP, &answer.frames.at(answer.depth));
        ++answer.depth;
    } while (answer.depth < most_frames && unwinder.step(&at) > 0);
}

void on_probe(int, siginfo_t*, void* context) noexcept {
    const int error = errno;
    progress asked = progress::asked;
    // One that comes late finds another state: what else there is, is not its to read.
    if (this_hub != nullptr && answer.state.load() == progress::asked &&
        ::gettid() == answer.thread &&
        answer.state.compare_exchange_strong(asked, progress::being_filled)) {
        answer.greenlet_size =
            this_hub->write_current_name(answer.greenlet.data(), answer.greenlet.size());
        answer.spawned = this_hub->running().spawned;
        walk(static_cast<unw_context_t*>(context));
        answer.state.store(progress::answered);
    }
    errno = error;
}

/// What libunwind opens and reads once, it opens and reads here, outside a handler.
void read_own_stack(const libunwind& unwinder) {
    unw_context_t here;
    ::getcontext(&here);
    unw_cursor_t at;
    if (unwinder.init_local2(&at, &here, 0) != 0) return;
    while (unwinder.step(&at) > 0) {
    }
}

std::string read_function_at(unw_word_t address) {
    const libunwind& unwinder = libunwind::loaded();
    std::array<char, 512> name{};
    unw_word_t offset = 0;
    const int found =
        unwinder.get_accessors(*unwinder.space)
            ->get_proc_name(*unwinder.space, address, name.data(), name.size(), &offset, nullptr);
    if (found != 0) {
        std::snprintf(name.data(), name.size(), "0x%llx", static_cast<unsigned long long>(address));
        return name.data();
    }
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> full(
        abi::__cxa_demangle(name.data(), nullptr, nullptr, &status), &std::free);
    return status == 0 ? full.get() : name.data();
}

/// The function that `address` lies in, by the symbol tables of the files; they are read with
/// malloc, which a handler must not call, and slowly.
const std::string& function_at(unw_word_t address) {
    std::string& known = probes().names[address];
    if (known.empty()) known = read_function_at(address);
    return known;
}

/// What a register file with these values looks like to libunwind. What it does not say is 0.
unw_context_t context_of(const saved_registers& from) noexcept {
    unw_context_t made{};
#if defined(__x86_64__)
    auto& registers = made.uc_mcontext.gregs;
    registers[REG_RIP] = static_cast<greg_t>(from.pc);
    registers[REG_RSP] = static_cast<greg_t>(from.sp);
    registers[REG_RBP] = static_cast<greg_t>(from.fp);
    registers[REG_RBX] = static_cast<greg_t>(from.kept[0]);
    registers[REG_R12] = static_cast<greg_t>(from.kept[1]);
    registers[REG_R13] = static_cast<greg_t>(from.kept[2]);
    registers[REG_R14] = static_cast<greg_t>(from.kept[3]);
    registers[REG_R15] = static_cast<greg_t>(from.kept[4]);
#elif defined(__aarch64__)
    auto& registers = made.uc_mcontext;
    registers.pc = from.pc;
    registers.sp = from.sp;
    for (std::size_t i = 0; i < from.kept.size(); ++i) registers.regs[19 + i] = from.kept.at(i);
    registers.regs[29] = from.fp;
    registers.regs[30] = from.pc;
#endif
    return made;
}

/// What is beneath every greenlet's function, and says nothing.
bool is_ours(const std::string& function) {
    return function.rfind("grove::detail::hub_core::run(", 0) == 0;
}

bool wait_for_answer() {
    using namespace std::chrono_literals;
    for (int i = 0; i < 100; ++i) {
        if (answer.state.load() == progress::answered) return true;
        std::this_thread::sleep_for(1ms);
    }
    progress asked = progress::asked;
    if (answer.state.compare_exchange_strong(asked, progress::none)) return false;
    while (answer.state.load() != progress::answered) std::this_thread::sleep_for(1ms);
    return true;
}

}  // namespace

stack_probe::stack_probe() {
    const libunwind& unwinder = libunwind::loaded();
    const std::lock_guard hold(probes().guard);
    if (probes().alive++ != 0) return;
    answer.unwinder = &unwinder;
    read_own_stack(unwinder);

    struct sigaction action = {};
    action.sa_sigaction = on_probe;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    sigemptyset(&action.sa_mask);
    ::sigaction(probe_signal, &action, &probes().former);  // fails for no signal that there is
}

stack_probe::~stack_probe() {
    const std::lock_guard hold(probes().guard);
    if (--probes().alive != 0) return;
    struct sigaction present = {};
    ::sigaction(probe_signal, nullptr, &present);
    if ((present.sa_flags & SA_SIGINFO) != 0 && present.sa_sigaction == on_probe)
        ::sigaction(probe_signal, &probes().former, nullptr);
}

std::optional<probed_stack> stack_probe::take(pid_t thread) {
    const std::lock_guard hold(probes().guard);
    answer.thread = thread;
    answer.depth = 0;
    answer.state = progress::asked;
    if (::syscall(SYS_tgkill, ::getpid(), thread, probe_signal) != 0 || !wait_for_answer()) {
        answer.state = progress::none;
        return std::nullopt;
    }
    probed_stack seen;
    seen.greenlet.assign(answer.greenlet.data(), answer.greenlet_size);
    seen.spawned_at = place(answer.spawned);
    for (std::size_t i = 0; i < answer.depth; ++i) {
        // Where a call returns to may be the next function's beginning.
        seen.frames.push_back(function_at(answer.frames.at(i) - (i == 0 ? 0 : 1)));
    }
    answer.state = progress::none;
    return seen;
}

std::vector<std::string> frames_of(const context& suspended) {
    const saved_registers from = registers_of(suspended);
    if (from.pc == 0) return {};
    const libunwind& unwinder = libunwind::loaded();
    unw_context_t registers = context_of(from);
    unw_cursor_t at;
    if (unwinder.init_local2(&at, &registers, 0) != 0) return {};
    const std::lock_guard hold(probes().guard);
    std::vector<std::string> frames;
    do {
        unw_word_t address = 0;
        unwinder.get_reg(&at, UNW_REG_IP, &address);
        const std::string& function = function_at(address - 1);
        if (is_ours(function)) break;
        frames.push_back(function);
    } while (frames.size() < most_frames && unwinder.step(&at) > 0);
    return frames;
}

}  // namespace grove::detail
