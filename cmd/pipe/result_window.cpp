// SPDX-License-Identifier: MIT
#include "cmd/pipe/result_window.hpp"

#include <utility>

namespace grove::cmd {
namespace {

constexpr std::size_t piece_size = std::size_t{64} << 10;

}  // namespace

result_window::place& result_window::begin(std::uint64_t through, bool exact) {
    place& made = places_.emplace_back();
    made.through = through;
    made.exact = exact;
    return made;
}

void result_window::add(place& at, std::string_view bytes, std::size_t items) {
    block& to = order_ == item_order::any ? ready_.results : at.results;
    to.bytes += bytes;
    to.items += items;
    held_ += bytes.size();
}

void result_window::add_errors(place& at, std::string_view text) {
    (order_ == item_order::any ? ready_.errors : at.errors) += text;
    held_ += text.size();
}

void result_window::finish(place& at) {
    at.done = true;
}

void result_window::give_up(place& at) {
    at.settles = false;
    at.done = true;
}

void result_window::move_on(place& from) {
    block& to = ready_.results;
    if (to.bytes.empty())
        to.bytes = std::exchange(from.results.bytes, {});
    else
        to.bytes += std::exchange(from.results.bytes, {});
    to.items += std::exchange(from.results.items, 0);
    ready_.errors += std::exchange(from.errors, {});
}

/// From the front, as long as they are done. Stops where a block can end exactly and the next
/// could not.
void result_window::move_done() {
    while (!places_.empty() && places_.front().done && ready_.results.bytes.size() < piece_size) {
        move_on(places_.front());
        settles_ = settles_ && places_.front().settles;
        ready_.results.exact = settles_ && places_.front().exact;
        if (settles_) through_ = places_.front().through;
        places_.pop_front();
        if (ready_.results.exact && !places_.empty() && !places_.front().exact) return;
    }
}

std::optional<result_window::ready> result_window::take() {
    const std::uint64_t before = through_;
    move_done();
    // What comes of one that is not done goes on by itself.
    if (through_ == before && !places_.empty()) move_on(places_.front());
    if (order_ == item_order::any && !places_.empty()) ready_.results.exact = false;
    if (ready_.results.bytes.empty() && ready_.errors.empty() && through_ == before)
        return std::nullopt;
    held_ -= ready_.results.bytes.size() + ready_.errors.size();
    ready_.results.through = through_;
    return std::exchange(ready_, {});
}

}  // namespace grove::cmd
