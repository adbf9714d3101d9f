// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/process_tree.hpp"

#include <grove/deadline.hpp>
#include <grove/greenlet.hpp>

#include <string>

/// A program that lives on beside us: written to, read from, and its errors passed on line by line.
/// Threads: the hub's own.

namespace grove::cmd {

class output;

class coprocess {
 public:
    /// Starts it; of `options` the streams are ours to say. Throws: as `process` does.
    coprocess(process_options options, output& talk);
    coprocess(const coprocess&) = delete;
    coprocess& operator=(const coprocess&) = delete;
    /// Kills it and all in its group, and waits until it is gone.
    ~coprocess() = default;

    [[nodiscard]] pipe_writer& in() noexcept { return child_.in(); }

    [[nodiscard]] pipe_reader& out() noexcept { return child_.out(); }

    /// It is reading its input, which is empty, and so waits for us.
    [[nodiscard]] bool waits_for_input() const;

    /// Waits for its end after its output has ended, and kills it where it goes on. Result: how it
    /// ended.
    [[nodiscard]] exit_status end();

    /// The last it has said as errors, 1 KiB at most.
    [[nodiscard]] const std::string& last_errors() const noexcept { return last_errors_; }

    void kill() noexcept { child_.kill(); }

 private:
    void pass_errors();

    output& talk_;
    tracked_process child_;
    std::string last_errors_;
    greenlet<void> errors_;  // last: it uses the others
};

}  // namespace grove::cmd
