// SPDX-License-Identifier: MIT
#include "base/clock.hpp"
#include "core/hub_core.hpp"

#include <grove/snapshot.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <exception>
#include <string>
#include <typeinfo>
#include <unordered_map>
#include <utility>

namespace grove {
namespace detail {
namespace {

const char* name_of(greenlet_state state) noexcept {
    constexpr std::array<const char*, 5> names{"fresh", "ready", "running", "parked", "finished"};
    return names.at(static_cast<std::size_t>(state));
}

}  // namespace

std::string place(const detail::source_location& at) {
    const std::string_view file(at.file_name());
    if (file.empty()) return {};
    const std::size_t slash = file.rfind('/');
    return fmt::format("{}:{}", file.substr(slash == std::string_view::npos ? 0 : slash + 1),
                       at.line());
}

namespace {

std::string text_of(const waiter& of) {
    if (of.object() == nullptr) return of.what();
    return fmt::format("{} {}", of.what(), of.object());
}

}  // namespace

greenlet_snapshot hub_core::snapshot_of(const greenlet_core& g, std::int64_t now) const {
    greenlet_snapshot one;
    one.id = g.number;
    one.name = name_of(g);
    one.state = detail::name_of(g.state());
    if (g.parked_at != nullptr) one.waits_on = text_of(*g.parked_at);
    one.for_how_long = duration(std::max<std::int64_t>(now - g.since, 0));
    one.spawned_at = place(g.spawned);
    one.spawner = g.spawner;
    one.kill_pending = (g.interruptions & kill_pending) != 0;
    return one;
}

void hub_core::each_greenlet(const std::function<void(const greenlet_core&)>& tell) const {
    // The list is only read; its iterators know no const.
    for (const greenlet_core& g : const_cast<hub_core*>(this)->all_) tell(g);
}

hub_snapshot hub_core::snapshot() const {
    hub_snapshot seen;
    const std::int64_t now = clock_now();
    std::unordered_map<std::uint32_t, std::string> names{
        {hub_greenlet_.number, name_of(hub_greenlet_)}};
    each_greenlet([&](const greenlet_core& g) {
        seen.greenlets.push_back(snapshot_of(g, now));
        names.emplace(g.number, name_of(g));
    });
    for (greenlet_snapshot& one : seen.greenlets) {
        if (one.id == main_.number) continue;
        const auto alive = names.find(one.spawner);
        one.spawned_by =
            alive != names.end() ? alive->second : "Greenlet-" + std::to_string(one.spawner);
    }
    for (const auto& [key, service] : services_) {
        const hub_service& s = *service;
        seen.services.push_back({typeid(s).name(), s.describe()});
    }
    seen.timers = timers.size();
    seen.watches = descriptors.attached();
    seen.switches = beacon_.switches();
    seen.contexts = stacks_.taken();
    return seen;
}

/// What the hook spawns itself is not told, or it would never end.
void hub_core::tell_of_spawn(const greenlet_core& g) noexcept {
    const std::uint32_t before = spawn_hooks_;
    spawn_hook hook = std::exchange(spawn_hook_, {});
    tells_of_spawns_ = false;
    greenlet_snapshot told = snapshot_of(g, last_look_);
    told.spawned_by = name_of(*current_);
    try {
        hook(told);
    } catch (...) {
        report_error("the spawn hook", std::current_exception());
    }
    if (spawn_hooks_ != before) return;
    spawn_hook_ = std::move(hook);
    tells_of_spawns_ = true;
}

std::size_t hub_core::write_current_name(char* buffer, std::size_t size) const noexcept {
    const greenlet_core& g = *current_;
    std::string_view text = "Greenlet-";
    if (&g == &hub_greenlet_) text = "the hub";
    if (&g == &main_) text = "main greenlet";
    const bool named = g.extras != nullptr && !g.extras->name.empty();
    if (named) text = g.extras->name;
    std::size_t length = std::min(size, text.size());
    std::memcpy(buffer, text.data(), length);
    if (!named && &g != &main_ && &g != &hub_greenlet_) {
        length = static_cast<std::size_t>(
            std::to_chars(buffer + length, buffer + size, g.number).ptr - buffer);
    }
    return length;
}

}  // namespace detail

std::string to_string(const hub_snapshot& snapshot) {
    std::string text;
    for (const greenlet_snapshot& g : snapshot.greenlets) {
        text += fmt::format("  {} {}", g.name, g.state);
        if (!g.waits_on.empty()) text += " on " + g.waits_on;
        text += fmt::format(" for {}", format_duration(g.for_how_long));
        if (!g.spawned_at.empty()) text += ", spawned at " + g.spawned_at;
        if (g.spawner != 0) text += " by " + g.spawned_by;
        if (g.kill_pending) text += ", kill pending";
        text += '\n';
    }
    for (const service_snapshot& s : snapshot.services) {
        if (!s.text.empty()) text += "  " + s.text + '\n';
    }
    return text;
}

}  // namespace grove
