// SPDX-License-Identifier: MIT
#include "base/raw_write.hpp"
#include "base/unique_fd.hpp"
#include "core/hub_core.hpp"

#include <grove/detail/intrusive_list.hpp>
#include <grove/detail/wait_list.hpp>
#include <grove/error.hpp>
#include <grove/greenlet.hpp>
#include <grove/group.hpp>
#include <grove/hub.hpp>
#include <grove/signals.hpp>
#include <grove/timeout.hpp>

#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>

namespace grove {
namespace detail {
namespace {

constexpr int last_signal = 64;

/// All that the handler touches: it has no other way to find anything.
struct handler_data {
    std::array<std::atomic<std::uint64_t>, last_signal + 1> arrivals{};
    std::atomic<int> bell{-1};     // an eventfd, or -1
    std::atomic<int> ringing = 0;  // handlers that may be using `bell`
};

constinit handler_data shared;

static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "the handler may not lock");

void on_arrival(int number) noexcept {
    if (in_forked_child()) return;  // the bell is its parent's
    const int saved = errno;
    ++shared.ringing;
    ++shared.arrivals.at(static_cast<std::size_t>(number));
    const std::uint64_t one = 1;
    // Fails when nobody listens any more; the counter has room for centuries.
    [[maybe_unused]] const ssize_t n = raw_write(shared.bell, &one, sizeof one);
    --shared.ringing;
    errno = saved;
}

std::uint64_t arrivals_of(int number) noexcept {
    return shared.arrivals.at(static_cast<std::size_t>(number));
}

/// A handler returns to the instruction that failed.
bool is_a_fault(int number) noexcept {
    return number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL;
}

/// The process's handlers: installed for the first who listens to a signal, taken away after the
/// last. The mutex is held for moments only.
class installed_handlers {
 public:
    static installed_handlers& only() {
        static auto* const all = new installed_handlers;  // outlives whatever runs at exit
        return *all;
    }

    /// Result: the bell.
    int add(int number) {
        const std::lock_guard hold(mutex_);
        if (users_ == 0) open_bell();
        ++users_;
        try {
            if (of(number).listeners == 0) install(number);
        } catch (...) {
            release_bell();
            throw;
        }
        ++of(number).listeners;
        return bell_.get();
    }

    void remove(int number) noexcept {
        const std::lock_guard hold(mutex_);
        if (--of(number).listeners == 0) restore(number);
        release_bell();
    }

 private:
    struct entry {
        std::size_t listeners = 0;
        struct sigaction former = {};
    };

    entry& of(int number) noexcept { return entries_.at(static_cast<std::size_t>(number)); }

    void open_bell() {
        bell_ = unique_fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        if (!bell_) throw_errno("eventfd", "for signals");
        shared.bell = bell_.get();
    }

    /// A handler that runs elsewhere may have read the number: it must not write to whatever gets
    /// that number next.
    void release_bell() noexcept {
        if (--users_ != 0) return;
        shared.bell = -1;
        while (shared.ringing != 0 && !in_forked_child()) ::sched_yield();
        bell_.reset();
    }

    void install(int number) {
        struct sigaction action = {};
        action.sa_handler = on_arrival;
        action.sa_flags = SA_RESTART | SA_ONSTACK;
        sigemptyset(&action.sa_mask);
        if (::sigaction(number, &action, &of(number).former) != 0)
            throw_errno("sigaction", signal_name(number));
    }

    /// Unless somebody else has taken the signal meanwhile.
    void restore(int number) noexcept {
        struct sigaction present = {};
        ::sigaction(number, nullptr, &present);
        if (present.sa_handler == on_arrival) ::sigaction(number, &of(number).former, nullptr);
    }

    std::mutex mutex_;
    std::array<entry, last_signal + 1> entries_{};  // guarded by mutex_
    std::size_t users_ = 0;                         // guarded by mutex_
    unique_fd bell_;                                // guarded by mutex_
};

}  // namespace

/// One handle.
class signal_core : public list_hook<signal_core> {
 public:
    signal_core(int number, task f)
        : number_(number),
          seen_(arrivals_of(number)),
          f_(f ? std::make_shared<task>(std::move(f)) : nullptr) {}

    signal_core(const signal_core&) = delete;
    signal_core& operator=(const signal_core&) = delete;
    ~signal_core() = default;

    /// Takes what the handler has counted since the last look.
    void look() {
        const std::uint64_t fresh = arrivals_of(number_) - seen_;
        if (fresh == 0) return;
        seen_ += fresh;
        arrived_ += fresh;
        for (; told_ != arrived_ && !waiting_.empty(); ++told_) waiting_.pop_front()->wake();
        if (f_ == nullptr) return;
        for (std::uint64_t i = 0; i < fresh; ++i) running_.spawn([f = f_] { (*f)(); });
    }

    bool wait(deadline until) {
        hub_core& hub = hub_core::of_thread();
        look();
        if (told_ != arrived_) {
            ++told_;
            return true;
        }
        hub.hold();
        const on_exit at_end([&hub] { hub.let_go(); });
        return waiting_.wait("signal_handle.wait", this, until);
    }

    /// Nothing arrives any more; what runs is killed, but for the greenlet that asks.
    void end() noexcept {
        waiting_.dismiss(news::destroyed);
        if (in_forked_child()) return;
        const std::uint32_t me = this_greenlet::id();
        if (running_.contains(me)) std::move(running_.discard(me)).detach();
        const shield until_it_is_gone;
        running_.kill();
    }

    [[nodiscard]] int number() const noexcept { return number_; }

    [[nodiscard]] std::uint64_t arrivals() noexcept {
        return arrived_ + arrivals_of(number_) - seen_;
    }

 private:
    int number_;
    std::uint64_t seen_;  // of the process's count
    std::uint64_t arrived_ = 0;
    std::uint64_t told_ = 0;  // to those who waited, first come first
    std::shared_ptr<task> f_;
    wait_list waiting_;
    group running_;
};

namespace {

/// A hub's handles. It hears the bell's edges only and leaves the counter alone, for other hubs
/// hear the same bell.
class signal_desk final : public hub_service, private fd_watcher {
 public:
    explicit signal_desk(hub& owner) : fd_watcher(on_bell), hub_(owner.core()) {}

    void add(signal_core& core) {
        auto& handlers = installed_handlers::only();
        const int bell = handlers.add(core.number());
        try {
            if (cores_.empty())
                hub_.descriptors.attach(bell, *this, readiness::read, trigger::edge);
        } catch (...) {
            handlers.remove(core.number());
            throw;
        }
        bell_ = bell;
        cores_.push_back(core);
    }

    void remove(signal_core& core) noexcept {
        cores_.remove(core);
        if (cores_.empty()) hub_.descriptors.detach(bell_);
        installed_handlers::only().remove(core.number());
    }

 private:
    static void on_bell(fd_watcher& watcher, readiness) noexcept {
        for (signal_core& core : static_cast<signal_desk&>(watcher).cores_) core.look();
    }

    hub_core& hub_;
    int bell_ = -1;
    intrusive_list<signal_core> cores_;
};

signal_desk& desk_of_thread() {
    return hub::current().service<signal_desk>();
}

}  // namespace
}  // namespace detail

std::string signal_name(int number) {
    const char* name = ::sigabbrev_np(number);
    return name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(number);
}

signal_handle::signal_handle(std::shared_ptr<detail::signal_core> core) noexcept
    : core_(std::move(core)) {}

signal_handle::signal_handle(signal_handle&&) noexcept = default;

signal_handle& signal_handle::operator=(signal_handle&& other) noexcept {
    signal_handle taken(std::move(other));
    std::swap(core_, taken.core_);
    return *this;
}

signal_handle::~signal_handle() {
    if (!core_) return;
    detail::desk_of_thread().remove(*core_);
    core_->end();
}

bool signal_handle::wait(deadline until) {
    const auto core = core_;  // the handle may end meanwhile
    return core->wait(until);
}

std::uint64_t signal_handle::arrivals() const noexcept {
    return core_->arrivals();
}

int signal_handle::number() const noexcept {
    return core_->number();
}

signal_handle on_signal(int number, detail::task f) {
    const bool known = number > 0 && number <= detail::last_signal;
    if (!known || detail::is_a_fault(number)) throw_error(EINVAL, "sigaction", signal_name(number));
    auto core = std::make_shared<detail::signal_core>(number, std::move(f));
    detail::desk_of_thread().add(*core);
    return signal_handle(std::move(core));
}

}  // namespace grove
