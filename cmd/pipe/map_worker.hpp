// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/coprocess.hpp"
#include "cmd/pipe/map_stage.hpp"
#include "cmd/pipe/ticket_size.hpp"

#include <grove/event.hpp>

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

/// One of the workers of `map`, over the lives of its processes. In each life a greenlet feeds the
/// process and another, whose `run` this is, reads its answers. Tickets that are not answered when
/// a process has ended stay here and are what the next one is given first.

namespace grove::cmd {

class map_worker {
 public:
    explicit map_worker(map_desk& desk) : desk_(desk) {}

    map_worker(const map_worker&) = delete;
    map_worker& operator=(const map_worker&) = delete;

    /// Works until there are no more items. Throws: `stage_failed`, `std::system_error` when the
    /// stage cannot go on. Interrupted: the process was killed.
    void run();

 private:
    /// How a life ended.
    enum class ending : unsigned char { all_answered, no_answer, end_of_output };

    void live();
    void feed(coprocess& child);
    void give(coprocess& child, std::string_view bytes);
    [[nodiscard]] bool may_take_more() const noexcept;
    [[nodiscard]] ending read_answers(coprocess& child);
    [[nodiscard]] std::size_t read_some(coprocess& child);
    void look_at_silence(const coprocess& child);
    void take_answers();
    void wait_for_room();
    void finish_first_if_answered();
    void check_end(coprocess& child);
    void recover(const std::string& how, const std::string& last_errors);
    void bury_first(const std::string& how, const std::string& last_errors);
    [[nodiscard]] deadline late_at() const;
    [[nodiscard]] std::string too_many() const;

    map_desk& desk_;
    ticket_size size_;
    std::deque<map_desk::ticket> tickets_;
    std::size_t written_ = 0;  // tickets that the process has been given whole
    bool has_part_ = false;    // ... and of the next one some bytes
    std::size_t waiting_ = 0;  // bytes of all tickets
    bool fed_all_ = false;     // its input was closed: there is no more
    unsigned attempts_ = 0;    // lives that ended at the first item
    deadline begun_;           // when the first ticket became that
    deadline asked_;           // since when its first item waits for an answer
    std::string buffer_;
    std::size_t end_ = 0;  // of what was read to it
    event news_;           // for who reads answers
    event room_;           // for who feeds
};

}  // namespace grove::cmd
