// SPDX-License-Identifier: MIT
#include "base/clock.hpp"
#include "core/hub_core.hpp"
#include "introspect/switch_log.hpp"
#include "introspect/trace_file.hpp"

#include <grove/hub.hpp>
#include <grove/switch_trace.hpp>

#include <mutex>
#include <stdexcept>
#include <utility>

namespace grove {
namespace detail {

/// What the trace's object and the logs of all hubs share.
class running_trace {
 public:
    running_trace(const std::string& path, std::size_t events)
        : file_(path), events_(events), began_(kernel_now()) {}

    [[nodiscard]] std::unique_ptr<switch_log> log_of(hub_core& hub) {
        return std::make_unique<switch_log>(hub, file_, events_, began_);
    }

    [[nodiscard]] std::uint64_t lost() const noexcept { return file_.lost(); }

 private:
    trace_file file_;
    std::size_t events_;
    std::int64_t began_;
};

namespace {

/// The process's trace, if there is one.
struct traced_process {
    std::mutex guard;
    std::shared_ptr<running_trace> trace;

    static traced_process& only() {
        static auto* const one = new traced_process;  // hubs may be made while the process ends
        return *one;
    }

    [[nodiscard]] std::shared_ptr<running_trace> present() {
        const std::lock_guard hold(guard);
        return trace;
    }
};

/// A hub's place in the trace.
class traced_hub final : public hub_service {
 public:
    explicit traced_hub(hub& owner) : hub_(owner.core()) {}

    /// Begins or ends a log, as there is a trace or none.
    void look_again() {
        auto present = traced_process::only().present();
        if (present == followed_) return;
        log_.reset();
        followed_ = std::move(present);
        if (followed_) log_ = followed_->log_of(hub_);
    }

 private:
    hub_core& hub_;
    std::shared_ptr<running_trace> followed_;
    std::unique_ptr<switch_log> log_;
};

void look_again_here() {
    hub::current().service<traced_hub>().look_again();
}

void on_new_hub(hub_core&) {
    if (traced_process::only().present()) look_again_here();
}

/// The calling thread's hub has done so when this returns, the others do it when they come to it.
void let_all_hubs_look_again() {
    if (this_hub != nullptr) look_again_here();
    beacon::each([](const beacon& hub) {
        if (this_hub != nullptr && hub.thread() == this_hub->thread()) return;
        if (const auto door = hub.door()) door->post_and_ring(look_again_here);
    });
}

}  // namespace
}  // namespace detail

namespace introspect {
namespace {

constexpr std::size_t fewest_events = 512;

}  // namespace

switch_trace::switch_trace(const std::string& file, switch_trace_options options) {
    if (options.events < fewest_events)
        throw std::invalid_argument("a trace keeps 512 events of a hub at least");
    auto& process = detail::traced_process::only();
    {
        const std::lock_guard hold(process.guard);
        if (process.trace) throw std::logic_error("one trace of switches at a time in a process");
        running_ = std::make_shared<detail::running_trace>(file, options.events);
        process.trace = running_;
    }
    detail::at_new_hub = detail::on_new_hub;
    detail::let_all_hubs_look_again();
}

switch_trace::~switch_trace() {
    {
        auto& process = detail::traced_process::only();
        const std::lock_guard hold(process.guard);
        process.trace = nullptr;
    }
    detail::let_all_hubs_look_again();
}

std::uint64_t switch_trace::lost() const noexcept {
    return running_->lost();
}

}  // namespace introspect
}  // namespace grove
