// SPDX-License-Identifier: MIT
#include <grove/introspect.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace grove::introspect {
namespace {

constexpr std::size_t step = 2;
constexpr std::uint32_t the_main_one = 0;

/// `1 timer`, `2 timers`.
template <class Number>
std::string counted(Number number, std::string_view what) {
    return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

/// Without the object's address, by which alike ones differ.
std::string_view kind_of_wait(const greenlet_snapshot& g) {
    const std::string_view whole = g.waits_on;
    return whole.substr(0, whole.find(" 0x"));
}

/// The greenlets of one hub, each under the one that spawned it.
class hub_tree {
 public:
    hub_tree(const hub_view& view, std::size_t alike)
        : view_(view), all_(view.seen.greenlets), alike_(alike) {
        for (std::size_t i = 0; i < all_.size(); ++i) by_id_.emplace(all_[i].id, i);
        for (std::size_t i = 0; i < all_.size(); ++i) {
            if (all_[i].id != the_main_one) spawned_by_[all_[i].spawner].push_back(i);
        }
    }

    std::string text() && {
        if (const auto main = by_id_.find(the_main_one); main != by_id_.end())
            walk({main->second}, step);
        for (const auto& [spawner, spawned] : spawned_by_) {
            if (by_id_.contains(spawner)) continue;
            text_ += fmt::format("{:{}}[{}]\n", "", step, all_[spawned.front()].spawned_by);
            walk(spawned, 2 * step);
        }
        return std::move(text_);
    }

 private:
    using numbers = std::vector<std::size_t>;

    /// One greenlet, or several that are alike.
    struct entry {
        numbers who;
        std::size_t indent;
    };

    /// Without recursion: a chain of spawners may be as long as there are greenlets.
    void walk(const numbers& siblings, std::size_t indent) {
        push(siblings, indent);
        while (!way_.empty()) {
            const entry at = std::move(way_.back());
            way_.pop_back();
            write(at);
            const auto spawned = spawned_by_.find(all_[at.who.front()].id);
            if (spawned != spawned_by_.end()) push(spawned->second, at.indent + step);
        }
    }

    void push(const numbers& siblings, std::size_t indent) {
        std::vector<entry> entries;
        for (numbers& alike : folded(siblings)) entries.push_back({std::move(alike), indent});
        std::move(entries.rbegin(), entries.rend(), std::back_inserter(way_));
    }

    /// Those that are alike where the first of them stands, if they are too many.
    [[nodiscard]] std::vector<numbers> folded(const numbers& siblings) const {
        std::map<std::tuple<std::string_view, std::string_view, std::string_view>, numbers> kinds;
        const auto kind_of = [this](std::size_t i) {
            return std::tuple<std::string_view, std::string_view, std::string_view>(
                all_[i].state, kind_of_wait(all_[i]), all_[i].spawned_at);
        };
        for (const std::size_t i : siblings) {
            if (!spawned_by_.contains(all_[i].id)) kinds[kind_of(i)].push_back(i);
        }
        std::vector<numbers> lines;
        for (const std::size_t i : siblings) {
            const bool leaf = !spawned_by_.contains(all_[i].id);
            const numbers* const like = leaf ? &kinds[kind_of(i)] : nullptr;
            if (like == nullptr || like->size() <= alike_)
                lines.push_back({i});
            else if (like->front() == i)
                lines.push_back(*like);
        }
        return lines;
    }

    void write(const entry& at) {
        const greenlet_snapshot& g = all_[at.who.front()];
        text_ += fmt::format("{:{}}{}", "", at.indent, g.name);
        if (at.who.size() > 1) text_ += fmt::format(" and {} more", at.who.size() - 1);
        text_ += ", " + g.state;
        if (!g.waits_on.empty()) {
            text_ += " on ";
            text_ += at.who.size() > 1 ? kind_of_wait(g) : g.waits_on;
        }
        if (g.state == "parked" || g.state == "fresh") text_ += " for " + time_of(at.who);
        if (!g.spawned_at.empty()) text_ += ", spawned at " + g.spawned_at;
        if (g.kill_pending) text_ += ", kill pending";
        text_ += '\n';
        if (view_.stacks.empty()) return;
        for (const std::string& function : view_.stacks.at(at.who.front()))
            text_ += fmt::format("{:{}}  {}\n", "", at.indent + step, function);
    }

    [[nodiscard]] std::string time_of(const numbers& who) const {
        const auto [least, most] =
            std::minmax_element(who.begin(), who.end(), [this](std::size_t a, std::size_t b) {
                return all_[a].for_how_long < all_[b].for_how_long;
            });
        const std::string from = format_duration(all_[*least].for_how_long);
        const std::string to = format_duration(all_[*most].for_how_long);
        return from == to ? from : from + " to " + to;
    }

    const hub_view& view_;
    const std::vector<greenlet_snapshot>& all_;
    std::size_t alike_;
    std::unordered_map<std::uint32_t, std::size_t> by_id_;
    std::map<std::uint32_t, numbers> spawned_by_;
    std::vector<entry> way_;
    std::string text_;
};

std::string silence_of(const hub_view& hub, duration within) {
    std::string text = ": has not answered within " + format_duration(within);
    if (hub.running.empty()) return text + '\n';
    text += "; kept by " + hub.running;
    if (!hub.spawned_at.empty()) text += ", spawned at " + hub.spawned_at;
    text += ":\n";
    for (const std::string& function : hub.frames)
        text += fmt::format("{:{}}{}\n", "", 2 * step, function);
    return text;
}

std::string answer_of(const hub_view& hub, const tree_options& options) {
    const hub_snapshot& seen = hub.seen;
    std::string text = fmt::format(
        ": {}, {}, {}, {}\n", counted(seen.greenlets.size(), "greenlet"),
        counted(seen.timers, "timer"), counted(seen.watches, "descriptor"),
        seen.switches == 1 ? std::string("1 switch") : fmt::format("{} switches", seen.switches));
    text += hub_tree(hub, options.alike).text();
    for (const service_snapshot& service : seen.services) {
        if (!service.text.empty()) text += fmt::format("{:{}}{}\n", "", step, service.text);
    }
    return text;
}

}  // namespace

std::string to_tree(const process_snapshot& seen, const tree_options& options) {
    if (seen.hubs.empty()) return "no thread has a hub\n";
    std::string text;
    for (const hub_view& hub : seen.hubs) {
        text += fmt::format("hub of thread {}", hub.thread);
        if (!hub.thread_name.empty()) text += fmt::format(" ({})", hub.thread_name);
        text += hub.answered ? answer_of(hub, options) : silence_of(hub, seen.within);
    }
    return text;
}

}  // namespace grove::introspect
