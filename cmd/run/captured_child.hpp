// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/secret_mask.hpp"

#include <grove/deadline.hpp>
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/process.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// A program that a recipe runs: in a process group of its own, without input, its output read line
/// by line. Its group does not outlive it.
///
/// Threads: the hub's own.

namespace grove::cmd {

enum class output_stream : unsigned char { out, err };

struct child_command {
    std::vector<std::string> words;  ///< a program and its arguments; with `shell`: none
    std::string shell;               ///< a line for sh; empty: `words`
    std::vector<std::string> environment;
    std::string folder;
};

class captured_child {
 public:
    /// Called with each line, masked and without its line feed, in the reader's greenlet; a line of
    /// more than 64 KiB comes in pieces. It may park.
    using line_taker = std::function<void(output_stream, const std::string&)>;

    /// What is kept of each stream as it came, for expectations.
    static constexpr std::size_t most_kept = std::size_t{1} << 20;

    /// Starts it. `secrets` must outlive it. Throws: as `grove::process`.
    captured_child(const child_command& command, const secret_mask& secrets, line_taker take);
    captured_child(const captured_child&) = delete;
    captured_child& operator=(const captured_child&) = delete;
    /// Kills the group. Waits, shielded.
    ~captured_child();

    [[nodiscard]] int pid() const noexcept { return child_.pid(); }

    /// Waits for its end, then for the end of its output, a second at most: who still holds its
    /// pipes then is killed with the group. Result: nothing when `until` came first. Interrupted:
    /// nothing happened.
    [[nodiscard]] std::optional<exit_status> wait(deadline until = never);

    /// `signal` to its group, `grace` for it to end, then SIGKILL. Waits as `wait`; call it under a
    /// shield where a kill must not leave it half done.
    exit_status stop(int signal, duration grace);

    /// As it came, `most_kept` bytes of its beginning.
    [[nodiscard]] const std::string& kept(output_stream of) const noexcept {
        return of == output_stream::out ? out_ : err_;
    }

 private:
    void read(pipe_reader& from, output_stream as);
    void take_bytes(std::string_view bytes, std::string& line, output_stream as);
    void end_of_output(duration patience);

    const secret_mask& secrets_;
    line_taker take_;
    std::string out_;
    std::string err_;
    process child_;
    greenlet<void> readers_[2];  // last: they use all of the above
};

}  // namespace grove::cmd
