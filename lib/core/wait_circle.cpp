// SPDX-License-Identifier: MIT
#include "core/hub_core.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace grove::detail {
namespace {

/// Looks for greenlets each of which waits for what the next one holds. Where several hold it (a
/// pool's places), one of them on the way back is enough: when nobody can be woken, all of them
/// wait. A walk in depth without recursion: a chain may be as long as there are greenlets.
class circle_search {
 public:
    using greenlets = std::vector<const greenlet_core*>;

    /// Result: the circle that `start` leads into, in the order of waiting; empty when there is
    /// none. What one search has seen, the next does not look at again.
    greenlets from(const greenlet_core& start) {
        enter(start);
        while (!way_.empty()) {
            step& here = way_.back();
            if (here.next == here.holders.size()) {
                on_way_[here.waits] = false;
                way_.pop_back();
                continue;
            }
            const greenlet_core& holder = *here.holders[here.next++];
            const auto known = on_way_.find(&holder);
            if (known == on_way_.end())
                enter(holder);
            else if (known->second)
                return way_back_to(holder);
        }
        return {};
    }

 private:
    struct step {
        const greenlet_core* waits;
        greenlets holders;
        std::size_t next = 0;
    };

    void enter(const greenlet_core& g) {
        if (!on_way_.emplace(&g, true).second) return;
        step& entered = way_.emplace_back(step{&g, {}});
        if (g.parked_at == nullptr || g.parked_at->held() == nullptr) return;
        g.parked_at->held()->each_holder(
            [&](const greenlet_core& holder) { entered.holders.push_back(&holder); });
    }

    [[nodiscard]] greenlets way_back_to(const greenlet_core& first) const {
        greenlets circle;
        for (const step& each : way_) {
            if (each.waits == &first || !circle.empty()) circle.push_back(each.waits);
        }
        return circle;
    }

    std::vector<step> way_;
    std::unordered_map<const greenlet_core*, bool> on_way_;  // false: looked at, leads nowhere
};

std::string line_of(const greenlet_core& waits, const greenlet_core& holds) {
    const waiter& at = *waits.parked_at;
    std::string text = fmt::format("  {} waits on {}", hub_core::name_of(waits), at.what());
    if (at.object() != nullptr) text += fmt::format(" {}", at.object());
    text += &waits == &holds ? ", held by itself" : ", held by " + hub_core::name_of(holds);
    const std::string_view remark = at.held()->remark();
    if (!remark.empty()) text += fmt::format(" ({})", remark);
    return text + '\n';
}

}  // namespace

std::string hub_core::circle_of_waits() const {
    circle_search search;
    for (const greenlet_core& g : const_cast<hub_core*>(this)->all_) {
        const circle_search::greenlets circle = search.from(g);
        if (circle.empty()) continue;
        std::string text = "in a circle:\n";
        for (std::size_t i = 0; i < circle.size(); ++i) {
            text += line_of(*circle[i], *circle[(i + 1) % circle.size()]);
        }
        return text;
    }
    return {};
}

}  // namespace grove::detail
