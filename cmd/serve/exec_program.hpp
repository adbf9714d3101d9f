// SPDX-License-Identifier: MIT
#pragma once

#include <grove/greenlet.hpp>
#include <grove/pipe.hpp>
#include <grove/process.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A command of the shell whose input and output are ours. What it says as errors goes on to our
/// own, and the last line of it is kept.
/// Threads: the hub's own.

namespace grove::cmd {

enum class exec_input : unsigned char { none, ours };

class exec_program {
 public:
    /// Starts it. Throws: `std::system_error`.
    exec_program(const std::string& command, std::vector<std::string> environment,
                 exec_input input);
    exec_program(const exec_program&) = delete;
    exec_program& operator=(const exec_program&) = delete;
    /// `end`s it. Nobody may be using its pipes.
    ~exec_program();

    [[nodiscard]] pipe_writer& in() noexcept { return child_.in(); }

    [[nodiscard]] pipe_reader& out() noexcept { return child_.out(); }

    /// The next line of its output, without its end; of one above 64 KiB the next part. Result:
    /// nothing at the end of the output.
    [[nodiscard]] std::optional<std::string> next_line();

    /// Waits for its end.
    [[nodiscard]] exit_status status() { return child_.wait().value_or(exit_status()); }

    /// The last line it has said as errors, and how it has ended where it said none. To be asked
    /// once it has ended.
    [[nodiscard]] std::string complaint();

    /// Ends it and all that it has started: asks for it, and after a second insists. Whoever reads
    /// its output finds the end.
    void end() noexcept;

 private:
    void pass_errors();

    process child_;
    std::string last_error_;
    greenlet<void> errors_;  // last: it uses the others
};

}  // namespace grove::cmd
