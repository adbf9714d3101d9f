// SPDX-License-Identifier: MIT
#include "base/check.hpp"
#include "core/hub_core.hpp"

#include <grove/hub.hpp>

namespace grove {
namespace detail {

/// A callback that may destroy its owner, and with it this, while it runs.
template <class... A>
class owned_callback {
 public:
    explicit owned_callback(unique_function<void(A...)> f) noexcept : f_(std::move(f)) {}

    owned_callback(const owned_callback&) = delete;
    owned_callback& operator=(const owned_callback&) = delete;

    ~owned_callback() {
        if (gone_ != nullptr) *gone_ = true;
    }

    void operator()(A... a) {
        bool gone = false;
        unique_function<void(A...)> running = std::move(f_);
        gone_ = &gone;
        const on_exit put_back([&] {
            if (gone) return;
            gone_ = nullptr;
            f_ = std::move(running);
        });
        running(a...);
    }

 private:
    unique_function<void(A...)> f_;
    bool* gone_ = nullptr;
};

class watch_core : public fd_watcher {
 public:
    watch_core(hub_core& hub, int fd, readiness interest, unique_function<void(readiness)> call,
               keep_alive counts)
        : fd_watcher(on_ready),
          hub_(hub),
          fd_(fd),
          wanted_(interest),
          registered_(interest),
          callback_(std::move(call)),
          counts_(counts == keep_alive::yes) {
        hub_.descriptors.attach(fd_, *this, interest, trigger::level);
        if (counts_) hub_.hold();
    }

    watch_core(const watch_core&) = delete;
    watch_core& operator=(const watch_core&) = delete;

    ~watch_core() {
        hub_.descriptors.detach(fd_);
        if (counts_) hub_.let_go();
    }

    [[nodiscard]] int fd() const noexcept { return fd_; }

    void set_interest(readiness interest) {
        wanted_ = interest;
        const auto missing = static_cast<unsigned>(interest) & ~static_cast<unsigned>(registered_);
        if (missing != 0) apply();
    }

 private:
    /// Tells the kernel. An errored descriptor is reported whatever the interest, so one without
    /// interest is taken out altogether.
    void apply() {
        const readiness before = std::exchange(registered_, wanted_);
        if (wanted_ == readiness::none)
            hub_.descriptors.detach(fd_);
        else if (before == readiness::none)
            hub_.descriptors.attach(fd_, *this, wanted_, trigger::level);
        else
            hub_.descriptors.modify(fd_, wanted_, trigger::level);
    }

    static void on_ready(fd_watcher& watcher, readiness seen) noexcept {
        auto& me = static_cast<watch_core&>(watcher);
        const unsigned found = static_cast<unsigned>(seen) & static_cast<unsigned>(readiness::both);
        const auto wanted = static_cast<readiness>(found & static_cast<unsigned>(me.wanted_));
        try {
            if (me.registered_ != me.wanted_ && found != static_cast<unsigned>(wanted)) me.apply();
            if (wanted != readiness::none) me.callback_(wanted);
        } catch (...) {
            this_hub->report_error("a descriptor's callback", std::current_exception());
        }
    }

    hub_core& hub_;
    int fd_;
    readiness wanted_;
    readiness registered_;
    owned_callback<readiness> callback_;
    bool counts_;
};

class call_core : public timer_node {
 public:
    call_core(hub_core& hub, task call, keep_alive counts)
        : timer_node(on_time), hub_(hub), callback_(std::move(call)) {
        keeps_alive = counts == keep_alive::yes;
    }

    call_core(const call_core&) = delete;
    call_core& operator=(const call_core&) = delete;

    ~call_core() { hub_.timers.disarm(*this); }

    void set(deadline when) {
        hub_.timers.disarm(*this);
        if (!when.is_never()) hub_.timers.arm(*this, when.since_epoch().count());
    }

    void cancel() noexcept { hub_.timers.disarm(*this); }

 private:
    static void on_time(timer_node& node) noexcept {
        try {
            static_cast<call_core&>(node).callback_();
        } catch (...) {
            this_hub->report_error("a timed call", std::current_exception());
        }
    }

    hub_core& hub_;
    owned_callback<> callback_;
};

}  // namespace detail

watch::watch() noexcept = default;
watch::watch(watch&&) noexcept = default;
watch& watch::operator=(watch&&) noexcept = default;
watch::~watch() = default;

watch::watch(std::unique_ptr<detail::watch_core> core) noexcept : core_(std::move(core)) {}

void watch::set_interest(readiness interest) {
    core_->set_interest(interest);
}

int watch::fd() const noexcept {
    return core_ ? core_->fd() : -1;
}

timed_call::timed_call() noexcept = default;
timed_call::timed_call(timed_call&&) noexcept = default;
timed_call& timed_call::operator=(timed_call&&) noexcept = default;
timed_call::~timed_call() = default;

timed_call::timed_call(std::unique_ptr<detail::call_core> core) noexcept : core_(std::move(core)) {}

bool timed_call::pending() const noexcept {
    return core_ && core_->armed();
}

void timed_call::set(deadline when) {
    core_->set(when);
}

void timed_call::cancel() noexcept {
    if (core_) core_->cancel();
}

outside_work::outside_work(std::shared_ptr<detail::mailbox> door) noexcept
    : door_(std::move(door)) {
    door_->expect();
}

outside_work::outside_work(outside_work&& other) noexcept = default;

outside_work& outside_work::operator=(outside_work&& other) noexcept {
    std::swap(door_, other.door_);
    return *this;
}

outside_work::~outside_work() {
    if (door_) door_->stop_expecting();
}

hub_address::hub_address(std::shared_ptr<detail::mailbox> door) noexcept : door_(std::move(door)) {}

bool hub_address::post(detail::task f) const {
    return door_->post(std::move(f));
}

hub_service::~hub_service() = default;

hub& hub::current() {
    return detail::hub_core::of_thread().face();
}

watch hub::watch_fd(int fd, readiness interest, detail::unique_function<void(readiness)> callback,
                    keep_alive counts) {
    return watch(
        std::make_unique<detail::watch_core>(core_, fd, interest, std::move(callback), counts));
}

timed_call hub::call_at(deadline when, detail::task callback, keep_alive counts) {
    auto call = std::make_unique<detail::call_core>(core_, std::move(callback), counts);
    call->set(when);
    return timed_call(std::move(call));
}

void hub::post(detail::task f) {
    core_.post_here(std::move(f));
}

hub_address hub::address() const {
    return hub_address(core_.door());
}

outside_work hub::expect_outside_work() {
    return outside_work(core_.door());
}

void hub::hold() noexcept {
    core_.hold();
}

void hub::let_go() noexcept {
    core_.let_go();
}

bool hub::join(deadline until) {
    return core_.join_everyone(until);
}

void hub::set_error_handler(error_handler handler) {
    core_.set_error_handler(std::move(handler));
}

void hub::on_spawn(spawn_hook hook) {
    core_.on_spawn(std::move(hook));
}

hub_snapshot hub::snapshot() const {
    return core_.snapshot();
}

hub_service* hub::find_service(const void* key) const noexcept {
    return core_.find_service(key);
}

hub_service& hub::add_service(const void* key, std::unique_ptr<hub_service> service) {
    return core_.add_service(key, std::move(service));
}

}  // namespace grove
