// SPDX-License-Identifier: MIT
#include "net/serving.hpp"

#include "core/hub_core.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace grove::detail {
namespace {

constexpr duration first_pause = std::chrono::milliseconds(10);
constexpr duration longest_pause = std::chrono::seconds(1);

bool is_shortage(const std::error_code& error) noexcept {
    return error == std::errc::too_many_files_open ||
           error == std::errc::too_many_files_open_in_system ||
           error == std::errc::no_buffer_space || error == std::errc::not_enough_memory;
}

}  // namespace

serving::serving(std::size_t most, std::size_t takes_a_turn)
    : takes_a_turn_(std::max<std::size_t>(takes_a_turn, 1)), workers_(most) {}

// The handle is taken out first: its end waits, and another greenlet may come here meanwhile.
void serving::stop_taking() noexcept {
    const greenlet<void> killed = std::move(taker_);
}

void serving::start_taking() {
    if (closed() || (taker_.valid() && !taker_.ready())) return;
    taker_ = spawn({.name = what_it_does()}, [this] { take_all(); });
}

void serving::serve_forever() {
    ended_.wait();
    if (failure_) std::rethrow_exception(failure_);
}

std::size_t serving::stop(duration grace) {
    const std::uint32_t me = this_greenlet::id();
    if (workers_.contains(me)) workers_.discard(me).detach();
    std::size_t killed = 0;
    const on_exit in_any_case([this] {
        const shield until_they_are_gone;
        workers_.kill();
        ended_.set();
    });
    shut_door(grace);
    if (!workers_.join(grace)) killed = workers_.size();
    return killed;
}

/// Once; whoever comes second waits for the first, who may still be taking in the last.
void serving::shut_door(duration grace) {
    if (std::exchange(shutting_, true)) {
        shut_.wait();
        return;
    }
    const on_exit in_any_case([this] {
        close_door();
        shut_.set();
    });
    const bool was_taking = taker_.valid() && !taker_.ready();
    stop_taking();
    if (was_taking && grace > duration::zero()) take_the_last();
}

void serving::take_all() {
    for (std::size_t in_a_row = 0;;) {
        workers_.wait_available();
        try {
            take();
        } catch (const std::system_error& e) {
            if (!survive(e)) return;
        }
        if (++in_a_row < takes_a_turn_) continue;
        in_a_row = 0;
        yield();
    }
}

/// Result: false when nothing more can be taken.
bool serving::survive(const std::system_error& error) {
    if (is_of_one_alone(error.code())) return true;
    if (!is_shortage(error.code())) {
        failure_ = std::current_exception();
        close_door();
        ended_.set();
        return false;
    }
    if (pause_ == duration::zero())
        hub_core::of_thread().report_error(this_greenlet::name(), std::current_exception());
    pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
    sleep_for(pause_);
    return true;
}

}  // namespace grove::detail
