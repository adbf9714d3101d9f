// SPDX-License-Identifier: MIT
#include "core/debug_layout.hpp"

#include "core/hub_core.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>

extern "C" {
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): found by its symbol
[[gnu::used, gnu::visibility("default")]] grove_debug_layout_v1 grove_debug_layout{};
}

namespace grove::detail {
namespace {

/// Of `part` in `whole`. offsetof is for classes that C could have.
template <class Whole, class Part>
std::uint64_t distance(const Whole& whole, const Part& part) noexcept {
    return static_cast<std::uint64_t>(reinterpret_cast<const char*>(&part) -
                                      reinterpret_cast<const char*>(&whole));
}

}  // namespace

/// Each hub tells the same.
void hub_core::describe_to_debuggers() const noexcept {
    static std::once_flag told;
    std::call_once(told, [this] { fill_in(grove_debug_layout); });
}

void hub_core::fill_in(grove_debug_layout_v1& to) const noexcept {
    const greenlet_core& g = main_;
    const greenlet_extras extras;
    const waiter any("");
    static_assert(sizeof(source_location) == 16, "a pointer and a line");
    to.hubs = beacon::list_of_all();
    to.beacon_in_hub = distance(*this, beacon_);
    to.hub_thread = distance(*this, thread_);
    to.hub_greenlets = distance(*this, all_);
    to.hub_own = distance(*this, hub_greenlet_);
    to.hub_main = distance(*this, main_);
    to.hub_current = distance(*this, current_);
    to.greenlet_link = distance(g, static_cast<const list_hook<greenlet_core, everyone>&>(g));
    to.greenlet_number = distance(g, g.number);
    to.greenlet_state = distance(g, g.state_);
    to.greenlet_waits = distance(g, g.parked_at);
    to.greenlet_extras = distance(g, g.extras);
    to.greenlet_context = distance(g, g.running_on);
    to.greenlet_spawned = distance(g, g.spawned);
    to.waiter_what = distance(any, any.what_);
    to.waiter_object = distance(any, any.object_);
    to.extras_name = distance(extras, extras.name);
    to.context_pointer = distance(*g.running_on, g.running_on->suspended);
    to.version = 1;
}

}  // namespace grove::detail
