// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/poll/probe/probe.hpp"
#include "cmd/poll/probe/probe_facts.hpp"

#include <memory>
#include <string>

/// Probes of this machine.

namespace grove::cmd {

/// Good when there is a file of that name. Expectations may be about what is in it, 1 MiB of it.
[[nodiscard]] std::unique_ptr<probe> file_probe(std::string path, probe_expectations expected);

/// Good while a process of that number lives. Once it is gone it stays gone, whoever else may get
/// the number: `hopeless`, for who waits for it to live. The kernel tells its end.
[[nodiscard]] std::unique_ptr<probe> process_probe(int pid);

/// Runs a command of the shell, which gets no input. Good is the exit code 0, unless an expectation
/// is about it.
[[nodiscard]] std::unique_ptr<probe> command_probe(std::string command,
                                                   probe_expectations expected);

}  // namespace grove::cmd
