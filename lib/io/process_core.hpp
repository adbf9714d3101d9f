// SPDX-License-Identifier: MIT
#pragma once

#include "io/spawn.hpp"

#include <grove/detail/wait_list.hpp>
#include <grove/hub.hpp>
#include <grove/process.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A child and what is known of it. Lives until the last greenlet that waits for it has let go; the
/// child itself is gone when `end` has returned.

namespace grove::detail {

class process_core {
 public:
    explicit process_core(const process_options& options);
    process_core(const process_core&) = delete;
    process_core& operator=(const process_core&) = delete;
    ~process_core() = default;

    [[nodiscard]] int pid() const noexcept { return child_.pid; }

    /// Asks the kernel whether it has ended, and tells those who wait.
    bool look() noexcept;
    /// Result: false when `until` came first.
    bool wait(deadline until);
    /// How it ended, if `look` said so. Throws: ECHILD when somebody else was told.
    [[nodiscard]] exit_status status() const;

    void send(int number);
    void send_to_group(int number) noexcept;
    void kill() noexcept;
    std::optional<completed> communicate(std::string_view input, deadline until);

    [[nodiscard]] const completed& so_far() const noexcept { return taken_; }

    /// Kills and waits, shielded, until it is gone.
    void end() noexcept;

    pipe_writer in;
    pipe_reader out;
    pipe_reader err;

 private:
    [[nodiscard]] child_plan plan_for(const process_options& options) const;
    void start(const process_options& options);
    int stream_for(stdio wanted, int number, std::vector<unique_fd>& theirs);
    void make_pipe(int number, unique_fd& their_end);
    bool feed(deadline until);
    bool drain(pipe_reader& from, std::string& into, deadline until);

    std::string name_;
    bool own_group_;
    child child_;
    bool ended_ = false;
    int lost_ = 0;  // why the status is not known
    exit_status status_;
    wait_list waiting_;
    watch exit_;

    // what `communicate` is at
    std::size_t most_captured_;
    bool talking_ = false;
    std::string input_;
    std::size_t fed_ = 0;
    completed taken_;
};

}  // namespace grove::detail
