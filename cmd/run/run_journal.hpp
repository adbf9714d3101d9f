// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// What happens in a run, as it happens: what the console and the reports are made of. All texts
/// are masked.

namespace grove::cmd {

enum class task_state : unsigned char {
    waiting,
    running,
    ready,  ///< a service that steps may use
    passed,
    failed,
    skipped,
    cancelled,
};

[[nodiscard]] std::string_view to_string(task_state state) noexcept;

struct log_line {
    duration at{};  ///< from the run's start
    bool is_error = false;
    std::string text;
};

/// A step's instance or a service.
struct task_record {
    std::string id;
    std::string verb;
    std::string command = {};  ///< as one would type it
    std::size_t place = 0;     ///< in the recipe, in bytes
    bool is_service = false;
    bool is_final = false;
    task_state state = task_state::waiting;
    duration begin{};  ///< from the run's start
    duration ready{};  ///< of a service
    duration end{};
    unsigned attempts = 0;
    std::uint16_t port = 0;   ///< of a service; 0: none
    std::string reason = {};  ///< why it failed or was skipped; may be several lines
    std::deque<log_line> log = {};
    std::size_t log_bytes = 0;
    std::size_t dropped = 0;  ///< lines in front of these

    [[nodiscard]] bool has_ended() const noexcept {
        return state != task_state::waiting && state != task_state::running &&
               state != task_state::ready;
    }
};

class run_journal {
 public:
    /// The most that is kept of one task; then the first lines go.
    static constexpr std::size_t most_lines = 1000;
    static constexpr std::size_t most_bytes = std::size_t{1} << 20;

    using listener = std::function<void(const task_record&)>;
    using line_listener = std::function<void(const task_record&, const log_line&)>;

    run_journal() = default;
    run_journal(const run_journal&) = delete;
    run_journal& operator=(const run_journal&) = delete;

    /// Called after each change of a state. They must not park.
    void on_change(listener call) { changed_.push_back(std::move(call)); }

    void on_line(line_listener call) { wrote_.push_back(std::move(call)); }

    /// Result: its number.
    std::size_t add(task_record task);

    [[nodiscard]] const task_record& at(std::size_t number) const { return tasks_.at(number); }

    [[nodiscard]] const std::deque<task_record>& tasks() const noexcept { return tasks_; }

    void started(std::size_t number, std::string command);
    void became_ready(std::size_t number, std::uint16_t port);
    void ended(std::size_t number, task_state how, std::string reason);
    void wrote(std::size_t number, bool is_error, std::string text);

    /// Since the run's start.
    [[nodiscard]] duration elapsed() const { return deadline::now() - began_; }

    [[nodiscard]] std::chrono::system_clock::time_point began_at() const noexcept { return wall_; }

    [[nodiscard]] std::size_t count(task_state state) const noexcept;

 private:
    void tell(const task_record& task) const;

    deadline began_ = deadline::now();
    std::chrono::system_clock::time_point wall_ = std::chrono::system_clock::now();
    std::deque<task_record> tasks_;  // addresses stay
    std::vector<listener> changed_;
    std::vector<line_listener> wrote_;
};

}  // namespace grove::cmd
