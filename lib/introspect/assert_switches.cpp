// SPDX-License-Identifier: MIT
#include "base/clock.hpp"
#include "core/hub_core.hpp"
#include "core/switch_observer.hpp"

#include <grove/assert_switches.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace grove::introspect {

did_not_switch::did_not_switch(switch_report report)
    : std::logic_error(report.text), report_(std::move(report)) {}

did_not_switch::~did_not_switch() = default;

class assert_switches::guard final : public detail::switch_observer {
 public:
    guard(assert_switches_options options, const detail::source_location& from)
        : options_(std::move(options)),
          from_(from),
          hub_(detail::hub_core::of_thread()),
          owner_(hub_.current()),
          since_(detail::kernel_now()),
          exceptions_(std::uncaught_exceptions()) {
        hub_.observe(*this);
    }

    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;

    ~guard() { hub_.stop_observing(*this); }

    void on_switch(const detail::greenlet_core* from,
                   const detail::greenlet_core& to) noexcept override {
        const std::int64_t now = detail::kernel_now();
        if (options_.hub_only ? hub_.is_hubs_own(to) : from == &owner_) {
            longest_ = std::max(longest_, now - since_);
            ++switches_;
        }
        const bool begins =
            options_.hub_only ? from != nullptr && hub_.is_hubs_own(*from) : &to == &owner_;
        if (begins) since_ = now;
    }

    void on_phase(detail::hub_phase) noexcept override {}

    void judge() {
        longest_ = std::max(longest_, detail::kernel_now() - since_);
        const std::string wrong = complaint();
        if (wrong.empty() || std::uncaught_exceptions() > exceptions_) return;
        const std::string at = place(from_);
        switch_report report{at, detail::hub_core::name_of(owner_), switches_, duration(longest_),
                             at + ": " + wrong};
        if (!options_.tell) throw did_not_switch(std::move(report));
        options_.tell(report);
    }

 private:
    /// Empty when there is none.
    [[nodiscard]] std::string complaint() const {
        const std::string who =
            options_.hub_only ? "the greenlets" : detail::hub_core::name_of(owner_);
        const std::string_view what = options_.hub_only ? "their hub" : "its turn";
        const duration longest(longest_);
        if (options_.max_blocking_time == duration::zero()) {
            if (switches_ != 0) return {};
            return fmt::format("{} kept {} to the end, for {}", who, what,
                               format_duration(longest));
        }
        if (longest <= options_.max_blocking_time) return {};
        return fmt::format("{} kept {} for {}, which may last {}", who, what,
                           format_duration(longest), format_duration(options_.max_blocking_time));
    }

    assert_switches_options options_;
    detail::source_location from_;
    detail::hub_core& hub_;
    const detail::greenlet_core& owner_;
    std::int64_t since_;  // the stretch that goes on has begun then
    std::int64_t longest_ = 0;
    std::uint64_t switches_ = 0;
    int exceptions_;
};

assert_switches::assert_switches(assert_switches_options options, detail::source_location from)
    : guard_(std::make_unique<guard>(std::move(options), from)) {}

assert_switches::~assert_switches() noexcept(false) {
    guard_->judge();
}

}  // namespace grove::introspect
