// SPDX-License-Identifier: MIT
#include "cmd/run/run_journal.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace grove::cmd {

std::string_view to_string(task_state state) noexcept {
    constexpr std::array<std::string_view, 7> names{"waiting", "running", "ready",    "passed",
                                                    "failed",  "skipped", "cancelled"};
    return names.at(static_cast<std::size_t>(state));
}

std::size_t run_journal::add(task_record task) {
    tasks_.push_back(std::move(task));
    return tasks_.size() - 1;
}

void run_journal::started(std::size_t number, std::string command) {
    task_record& task = tasks_.at(number);
    task.command = std::move(command);
    if (task.attempts++ == 0) task.begin = elapsed();
    task.state = task_state::running;
    tell(task);
}

void run_journal::became_ready(std::size_t number, std::uint16_t port) {
    task_record& task = tasks_.at(number);
    task.ready = elapsed();
    task.port = port;
    task.state = task_state::ready;
    tell(task);
}

void run_journal::ended(std::size_t number, task_state how, std::string reason) {
    task_record& task = tasks_.at(number);
    task.end = elapsed();
    if (task.attempts == 0) task.begin = task.end;
    task.state = how;
    task.reason = std::move(reason);
    tell(task);
}

void run_journal::wrote(std::size_t number, bool is_error, std::string text) {
    task_record& task = tasks_.at(number);
    task.log_bytes += text.size();
    task.log.push_back({elapsed(), is_error, std::move(text)});
    for (const auto& each : wrote_) each(task, task.log.back());
    while (task.log.size() > most_lines || task.log_bytes > most_bytes) {
        task.log_bytes -= task.log.front().text.size();
        task.log.pop_front();
        ++task.dropped;
    }
}

std::size_t run_journal::count(task_state state) const noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(
        tasks_, [&](const task_record& each) { return !each.is_service && each.state == state; }));
}

void run_journal::tell(const task_record& task) const {
    for (const auto& each : changed_) each(task);
}

}  // namespace grove::cmd
