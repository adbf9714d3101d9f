// SPDX-License-Identifier: MIT
#include "base/check.hpp"
#include "base/clock.hpp"
#include "core/hub_core.hpp"

#include <grove/simulation.hpp>

namespace grove {

simulation::simulation(simulation_options options) {
    detail::hub_core& hub = detail::hub_core::of_thread();
    hub.begin_virtual_time();
    if (options.seed) {
        detail::schedule order;
        order.seed(options.seed);
        hub.set_order(order);
    }
    began_ = detail::clock_now();
}

simulation::~simulation() {
    detail::this_hub->end_virtual_time();
    detail::this_hub->set_order(detail::schedule());
}

duration simulation::elapsed() const noexcept {
    return duration(detail::clock_now() - began_);
}

namespace detail {

void hub_core::begin_virtual_time() {
    GROVE_CHECK(!virtual_time_, "one simulation at a time on a thread");
    GROVE_CHECK(timers.empty(), "a simulation begins on a hub without pending timers");
    virtual_now_ = kernel_now();
    virtual_now = &virtual_now_;
    virtual_time_ = true;
}

void hub_core::end_virtual_time() noexcept {
    virtual_now = nullptr;
    virtual_time_ = false;
}

}  // namespace detail
}  // namespace grove
