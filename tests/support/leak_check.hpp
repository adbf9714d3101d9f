// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What every unit test is held to: it leaves no greenlet, no descriptor and no child process
/// behind. tests/support/main.cpp looks after each of them.
namespace grove_test {

/// ThreadSanitizer's runtime ends near 8,000 fibers; a suite that needs more than this many stacks
/// is named many_*, by which its run leaves it out.
constexpr std::size_t most_stacks = 4000;

enum class suite_kind : std::uint8_t { ordinary, many };

/// What is left of this thread's hub when a test is over, as sentences; then ends the hub, with its
/// descriptors and services. Without a hub it does nothing.
std::vector<std::string> end_hub(suite_kind kind);

/// The open descriptors of this process with what each refers to, as "7 -> socket:[123]".
std::vector<std::string> open_descriptors();

/// Whether this process has a child, running or waiting to be reaped.
bool has_child();

}  // namespace grove_test
