// SPDX-License-Identifier: MIT
#include "cmd/pipe/map_worker.hpp"

#include "cmd/common/units.hpp"
#include "cmd/pipe/framer.hpp"

#include <grove/greenlet.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t read_size = std::size_t{64} << 10;
constexpr std::size_t longest_answer = std::size_t{16} << 20;
/// Without an answer for so long, a worker is looked at.
constexpr duration patience = 200ms;
/// ... and after so long a word is said, where what it does cannot be seen.
constexpr duration silence = 5s;
/// What one that buffers may be given before it answers.
constexpr std::size_t most_ahead = std::size_t{1} << 20;

bool is_answered(const map_desk::ticket& which) noexcept {
    return which.answered == which.run.items;
}

}  // namespace

void map_worker::run() {
    for (;;) {
        if (tickets_.empty()) {
            auto first = desk_.next_ticket(size_.items());
            if (!first) return;
            waiting_ += first->run.bytes.size();
            tickets_.push_back(*std::move(first));
        }
        live();
    }
}

/// One process, from its start to its end.
void map_worker::live() {
    written_ = 0;
    has_part_ = false;
    fed_all_ = false;
    end_ = 0;
    begun_ = asked_ = deadline::now();
    process_options options = worker_of(desk_.options());
    options.descriptor_limit = desk_.setting().descriptor_limit;
    coprocess child(std::move(options), desk_.setting().talk);
    auto feeding = spawn([&] { feed(child); });
    const ending how = read_answers(child);
    feeding.kill();
    if (how == ending::all_answered) {
        check_end(child);
        return;
    }
    if (how == ending::no_answer) {
        child.kill();
        static_cast<void>(child.end());
        recover("no answer in " + format_duration(*desk_.options().timeout), child.last_errors());
        return;
    }
    const bool had_all = fed_all_;
    const exit_status status = child.end();
    if (had_all && status.success()) {
        throw stage_failed(
            fmt::format("map: {} has left out answers: each item is to be answered by one",
                        worker_name(desk_.options())));
    }
    recover(status.text(), child.last_errors());
}

void map_worker::feed(coprocess& child) {
    try {
        for (;;) {
            if (written_ < tickets_.size()) {
                const map_desk::ticket& next = tickets_[written_];
                std::string_view rest = next.run.bytes;
                rest.remove_prefix(length_of_items(rest, next.answered, desk_.setting().item_end));
                give(child, rest);
                ++written_;
                finish_first_if_answered();
                news_.set();
            } else if (may_take_more()) {
                auto more = desk_.next_ticket(desk_.buffers() ? ticket_size::most : size_.items());
                if (!more) break;
                if (tickets_.empty()) begun_ = asked_ = deadline::now();
                waiting_ += more->run.bytes.size();
                tickets_.push_back(*std::move(more));
                news_.set();  // it may answer while it is still being given it
            } else {
                room_.clear();
                room_.wait();
            }
        }
        fed_all_ = true;
        child.in().close();
        news_.set();
    } catch (const std::system_error&) {
        news_.set();  // it reads no more: who reads its output finds the end
    }
}

void map_worker::give(coprocess& child, std::string_view bytes) {
    if (!bytes.empty()) bytes.remove_prefix(child.in().write_some(bytes));
    has_part_ = true;
    child.in().write_all(bytes);
    has_part_ = false;
}

/// Two at a time keep a fast one busy; a slow one has one, so that none waits behind it while
/// another worker is free.
bool map_worker::may_take_more() const noexcept {
    if (desk_.at_end()) return true;
    if (desk_.buffers()) return waiting_ < most_ahead;
    return tickets_.size() < (size_.items() > 1 ? 2 : 1);
}

map_worker::ending map_worker::read_answers(coprocess& child) {
    for (;;) {
        if (tickets_.empty() && fed_all_) return ending::all_answered;
        if (tickets_.empty()) {
            news_.clear();
            news_.wait();
            continue;
        }
        const std::size_t before = end_;
        try {
            if (read_some(child) == 0) {
                const bool has_all = tickets_.empty() && fed_all_;
                return has_all ? ending::all_answered : ending::end_of_output;
            }
        } catch (const std::system_error& e) {
            if (e.code() != std::errc::timed_out) throw;
            if (tickets_.empty()) continue;  // what it had answered has meanwhile been written
            if (late_at().expired()) return ending::no_answer;
            look_at_silence(child);
        }
        if (end_ != before) take_answers();
    }
}

std::size_t map_worker::read_some(coprocess& child) {
    if (buffer_.size() < end_ + read_size) buffer_.resize(end_ + read_size);
    const deadline until = std::min(late_at(), deadline(patience));
    const std::size_t n = child.out().read_some(std::span(buffer_).subspan(end_, read_size), until);
    end_ += n;
    return n;
}

deadline map_worker::late_at() const {
    const auto& timeout = desk_.options().timeout;
    return timeout ? asked_ + *timeout : never;
}

void map_worker::look_at_silence(const coprocess& child) {
    const duration since = deadline::now() - asked_;
    if (since < patience || written_ == 0) return;
    if (child.waits_for_input())
        desk_.found_buffering();
    else if (since >= silence)
        desk_.found_silent(since);
    room_.set();
}

void map_worker::take_answers() {
    std::string_view rest = std::string_view(buffer_).substr(0, end_);
    const char item_end = desk_.setting().item_end;
    while (!rest.empty()) {
        if (tickets_.empty() || is_answered(tickets_.front())) {
            if (rest.find(item_end) == std::string_view::npos) break;
            throw stage_failed(too_many());
        }
        map_desk::ticket& first = tickets_.front();
        const counted_items come =
            count_whole_items(rest, first.run.items - first.answered, item_end);
        if (come.items == 0) break;
        desk_.answer(first, rest.substr(0, come.bytes), come.items);
        rest.remove_prefix(come.bytes);
        attempts_ = 0;
        asked_ = deadline::now();
        if (written_ > 0) finish_first_if_answered();
    }
    if (rest.size() > longest_answer)
        throw stage_failed("map: an answer of more than " + show_size(longest_answer));
    std::memmove(buffer_.data(), rest.data(), rest.size());
    end_ = rest.size();
    wait_for_room();
}

/// That time is not the process's: it could not answer.
void map_worker::wait_for_room() {
    if (tickets_.empty() || is_answered(tickets_.front())) return;
    const deadline from = deadline::now();
    desk_.wait_for_room(tickets_.front());
    const deadline now = deadline::now();
    asked_ = std::min(asked_ + (now - from), now);
    begun_ = std::min(begun_ + (now - from), now);
}

std::string map_worker::too_many() const {
    return fmt::format("map: {} has answered more items than it was given",
                       worker_name(desk_.options()));
}

/// One that answers before it has read an item whole is not done with it before that.
void map_worker::finish_first_if_answered() {
    if (tickets_.empty() || !is_answered(tickets_.front())) return;
    asked_ = deadline::now();
    const map_desk::ticket& first = tickets_.front();
    const duration time = asked_ - begun_;
    size_.took(first.run.items, time);
    desk_.took(first.run.items, time);
    begun_ = asked_;
    desk_.finish(first);
    waiting_ -= first.run.bytes.size();
    tickets_.pop_front();
    if (written_ > 0) --written_;
    room_.set();
}

/// All is answered: it has only to end.
void map_worker::check_end(coprocess& child) {
    char more = 0;
    try {
        if (child.out().read_some({&more, 1}, patience) != 0) {
            throw stage_failed(too_many());
        }
    } catch (const std::system_error& e) {
        if (e.code() != std::errc::timed_out) throw;
    }
    static_cast<void>(child.end());
}

/// The first item without an answer is what the process may have died of; it is sent again as
/// often as `retries` says, the others as often as it takes.
void map_worker::recover(const std::string& how, const std::string& last_errors) {
    finish_first_if_answered();
    if ((written_ > 0 || has_part_) && !tickets_.empty() && ++attempts_ > desk_.options().retries)
        bury_first(how, last_errors);
    const duration pause = desk_.after_death(how, last_errors);
    if (pause > duration::zero()) sleep_for(pause);
}

void map_worker::bury_first(const std::string& how, const std::string& last_errors) {
    map_desk::ticket& first = tickets_.front();
    const char item_end = desk_.setting().item_end;
    const std::size_t at = length_of_items(first.run.bytes, first.answered, item_end);
    std::string_view rest = std::string_view(first.run.bytes).substr(at);
    const std::string_view item = take_item(rest, item_end);
    desk_.dead({.stage = "map",
                .number = first.run.number + first.answered + first.buried,
                .item = item,
                .attempts = attempts_,
                .error = how,
                .code = {},
                .errors = last_errors,
                .whose = desk_.setting().items});
    attempts_ = 0;
    ++first.buried;
    waiting_ -= item.size() + 1;
    first.run.bytes.erase(at, item.size() + 1);
    --first.run.items;
    if (is_answered(first)) {
        desk_.finish(first);
        waiting_ -= first.run.bytes.size();
        tickets_.pop_front();
    }
}

}  // namespace grove::cmd
