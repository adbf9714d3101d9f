// SPDX-License-Identifier: MIT
#include "introspect/switch_log.hpp"

#include "base/clock.hpp"
#include "core/hub_core.hpp"
#include "introspect/json_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>

namespace grove::detail {
namespace {

constexpr std::size_t slot_size = 256;
constexpr std::size_t slots = trace_file::block_size / slot_size;
constexpr std::string_view start = ",\n{\"ph\":\"";  // the event's kind follows
constexpr std::size_t longest_name = 100;            // in quotes, escaped

constexpr std::uint64_t track_of_hub = 0;

double microseconds(std::int64_t time) noexcept {
    return static_cast<double>(time) / 1000;
}

/// `name` in quotes, cut where it is longer than a slot has room for.
std::string short_name(std::string_view name) {
    std::string quoted = json_quoted(name.substr(0, longest_name - 2));
    if (quoted.size() > longest_name) quoted = json_quoted(name.substr(0, longest_name / 6 - 2));
    return quoted;
}

std::string_view text_of(hub_phase phase) noexcept {
    constexpr std::array<std::string_view, 4> names{R"("posted calls")", R"("poll")", R"("sleep")",
                                                    R"("timers")"};
    return names.at(static_cast<std::size_t>(phase));
}

/// Why it has given its turn away; a literal, or its waiter's.
std::string_view next_of(const greenlet_core* g) noexcept {
    if (g == nullptr) return "ended";
    if (g->parked_at != nullptr) return g->parked_at->what();
    return "yield";
}

}  // namespace

switch_log::switch_log(hub_core& hub, trace_file& file, std::size_t most_events, std::int64_t began)
    : hub_(hub),
      file_(file),
      most_blocks_(std::max<std::size_t>(most_events / slots, 2)),
      began_(began) {
    hub_.observe(*this);
    if (!hub_.on_hub()) on_switch(nullptr, hub_.current());  // whose turn it is
}

switch_log::~switch_log() {
    end("end of the trace");
    hub_.stop_observing(*this);
}

std::uint64_t switch_log::track_of(const greenlet_core& g) const noexcept {
    return hub_.is_hubs_own(g) ? track_of_hub : std::uint64_t{g.number} + 1;
}

void switch_log::on_switch(const greenlet_core* from, const greenlet_core& to) noexcept {
    if (from == &to) return;
    end(from != nullptr && hub_.is_hubs_own(*from) ? std::string_view() : next_of(from));
    if (hub_.is_hubs_own(to)) return;  // its phases follow
    try {
        announce(to);
        begin(track_of(to), short_name(hub_core::name_of(to)));
    } catch (const std::exception&) {
        file_.count_lost(1);  // no memory
    }
}

void switch_log::on_phase(hub_phase phase) noexcept {
    end({});
    try {
        begin(track_of_hub, text_of(phase));
    } catch (const std::exception&) {
        file_.count_lost(1);
    }
}

/// The track's title: the name, and where it was spawned.
void switch_log::announce(const greenlet_core& g) {
    const std::uint64_t track = track_of(g);
    if (announced_.contains(track)) return;
    std::string title = hub_core::name_of(g);
    const std::string spawned_at = place(g.spawned);
    if (!spawned_at.empty()) title += " (" + spawned_at + ")";
    write(fmt::format(R"({}M","pid":{},"tid":{},"name":"thread_name","args":{{"name":{}}}}})",
                      start, hub_.thread(), track, short_name(title)));
    announced_.insert(track);  // after write, which may begin a new round
}

void switch_log::begin(std::uint64_t track, std::string_view quoted_name) {
    const std::int64_t now = kernel_now();
    char* const at = slot();
    if (at == nullptr) {
        file_.count_lost(1);
        return;
    }
    std::array<char, slot_size> text{};
    text.fill(' ');
    const auto written = fmt::format_to_n(
        text.data(), text.size(), R"({}B","pid":{},"tid":{},"ts":{:.3f},"name":{}}})", start,
        hub_.thread(), track, microseconds(now - began_), quoted_name);
    std::memcpy(at, text.data(), text.size());
    ++blocks_[page_].slices;
    open_ = at;
    open_size_ = written.size - 1;  // what is known at its end comes before the bracket
    open_since_ = now;
}

void switch_log::end(std::string_view what_then) noexcept {
    if (open_ == nullptr) return;
    std::array<char, slot_size> text{};
    const double took = microseconds(kernel_now() - open_since_);
    const auto written =
        what_then.empty()
            ? fmt::format_to_n(text.data(), text.size(), R"(,"dur":{:.3f}}})", took)
            : fmt::format_to_n(text.data(), text.size(),
                               R"(,"dur":{:.3f},"args":{{"then":"{:.40}"}}}})", took, what_then);
    std::memcpy(open_ + open_size_, text.data(), std::min(written.size, slot_size - open_size_));
    open_[start.size()] = 'X';  // complete
    open_ = nullptr;
}

void switch_log::write(std::string_view event) {
    if (char* const at = slot(); at != nullptr)
        std::memcpy(at, event.data(), std::min(event.size(), slot_size));
}

/// Blank; null when there is none to be had.
char* switch_log::slot() {
    if ((blocks_.empty() || next_ == slots) && !turn_page()) return nullptr;
    return blocks_[page_].text + slot_size * next_++;
}

/// To a new block, or else to the oldest one.
bool switch_log::turn_page() {
    char* const added = blocks_.size() < most_blocks_ ? file_.add_block() : nullptr;
    if (added == nullptr && blocks_.empty()) return false;
    if (added != nullptr) {
        blocks_.push_back({added});
        page_ = blocks_.size() - 1;
    } else {
        page_ = (page_ + 1) % blocks_.size();
        file_.count_lost(std::exchange(blocks_[page_].slices, 0));
        std::memset(blocks_[page_].text, ' ', trace_file::block_size);
    }
    // Names must not be lost with their blocks, so they are told again twice a round.
    if (page_ % std::max<std::size_t>(most_blocks_ / 2, 1) == 0) announced_.clear();
    next_ = 0;
    write(
        fmt::format(R"({}M","pid":{},"name":"process_name","args":{{"name":"hub of thread {}"}}}})",
                    start, hub_.thread(), hub_.thread()));
    write(
        fmt::format(R"({}M","pid":{},"tid":{},"name":"thread_name","args":{{"name":"the hub"}}}})",
                    start, hub_.thread(), track_of_hub));
    return true;
}

}  // namespace grove::detail
