// SPDX-License-Identifier: MIT
#include "core/hub_core.hpp"

/// Turns that are taken in a seeded order or while somebody is told of them.

namespace grove::detail {

/// In the same order as without, unless that is seeded.
greenlet_core& hub_core::next_with_care(leaving how) noexcept {
    check_not_forked();
    const greenlet_core* const from = how == leaving::ended ? nullptr : current_;
    greenlet_core* to = &hub_greenlet_;
    if (ready_first_ != nullptr && --budget_ != 0) {
        if (order_.seeded()) order_.before_taking(ready_first_, ready_end_);
        to = &take_ready();
    }
    for (switch_observer* each : observers_) each->on_switch(from, *to);
    return *to;
}

void hub_core::set_order(const schedule& order) noexcept {
    order_ = order;
    with_care_ = order_.seeded() || !observers_.empty();
}

void hub_core::observe(switch_observer& observer) {
    observers_.push_back(&observer);
    with_care_ = true;
}

void hub_core::stop_observing(switch_observer& observer) noexcept {
    std::erase(observers_, &observer);
    with_care_ = order_.seeded() || !observers_.empty();
}

void hub_core::tell(hub_phase phase) noexcept {
    for (switch_observer* each : observers_) each->on_phase(phase);
}

}  // namespace grove::detail
