// SPDX-License-Identifier: MIT
#include "cmd/pipe/coprocess.hpp"

#include "cmd/common/output.hpp"

#include <grove/file.hpp>

#include <sys/syscall.h>

#include <chrono>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

/// For one whose output has ended.
constexpr duration farewell = 2s;
/// For errors that are on their way when it has ended; what it left behind may hold them open.
constexpr duration last_words = 100ms;
constexpr std::size_t most_kept = 1024;

process_options with_pipes(process_options options) {
    options.input = stdio::pipe;
    options.output = stdio::pipe;
    options.errors = stdio::pipe;
    return options;
}

/// Result: an empty text at the end; longer lines come in parts.
std::string next_line(pipe_reader& from) {
    constexpr std::size_t longest = std::size_t{64} << 10;
    try {
        return from.read_line(never, longest);
    } catch (const std::system_error& e) {
        if (e.code() != std::errc::message_size) throw;
    }
    std::string part(longest, '\0');
    part.resize(from.read_some(part));
    return part;
}

}  // namespace

coprocess::coprocess(process_options options, output& talk)
    : talk_(talk),
      child_(with_pipes(std::move(options))),
      errors_(spawn([this] { pass_errors(); })) {}

void coprocess::pass_errors() {
    for (;;) {
        const std::string line = next_line(child_.err());
        if (line.empty()) return;
        talk_.print_talk(line);
        last_errors_ += line;
        if (last_errors_.size() > most_kept) last_errors_.erase(0, last_errors_.size() - most_kept);
    }
}

/// The kernel tells in which call a process stands and with what: `0 0x0 ...` is a read of
/// descriptor 0.
bool coprocess::waits_for_input() const {
    try {
        const std::string call =
            read_file("/proc/" + std::to_string(child_.pid()) + "/syscall", 4096);
        return call.starts_with(std::to_string(SYS_read) + " 0x0 ");
    } catch (const std::system_error&) {
        return false;  // gone, or not to be looked into
    }
}

exit_status coprocess::end() {
    child_.in().close();
    if (!child_.wait(farewell)) child_.kill();
    const exit_status status = child_.wait().value_or(exit_status());
    static_cast<void>(errors_.join(last_words));
    return status;
}

}  // namespace grove::cmd
