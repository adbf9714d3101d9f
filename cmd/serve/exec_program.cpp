// SPDX-License-Identifier: MIT
#include "cmd/serve/exec_program.hpp"

#include <grove/hub.hpp>
#include <grove/standard_streams.hpp>
#include <grove/timeout.hpp>

#include <array>
#include <chrono>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration farewell = 1s;
/// For errors that are on their way when the program has ended; what it has left in the background
/// may hold them open for ever.
constexpr duration last_words = 200ms;
constexpr std::size_t longest_line = std::size_t{64} << 10;

process_options options_of(const std::string& command, std::vector<std::string> environment,
                           exec_input input) {
    process_options made;
    made.shell = command;
    made.environment = std::move(environment);
    made.input = input == exec_input::ours ? stdio::pipe : stdio::null;
    made.output = stdio::pipe;
    made.errors = stdio::pipe;
    made.group = process_group::own;
    return made;
}

/// Result: nothing at the end; longer lines come in parts.
std::optional<std::string> read_line(pipe_reader& from) {
    std::string line;
    try {
        line = from.read_line(never, longest_line);
    } catch (const std::system_error& e) {
        if (e.code() != std::errc::message_size) throw;
        line.resize(longest_line);
        line.resize(from.read_some(line));
        return line;
    }
    if (line.empty()) return std::nullopt;
    if (line.ends_with('\n')) line.pop_back();
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

}  // namespace

exec_program::exec_program(const std::string& command, std::vector<std::string> environment,
                           exec_input input)
    : child_(options_of(command, std::move(environment), input)),
      errors_(spawn([this] { pass_errors(); })) {}

exec_program::~exec_program() {
    const shield to_the_end;
    end();
    static_cast<void>(errors_.join(last_words));
}

std::optional<std::string> exec_program::next_line() {
    return read_line(child_.out());
}

void exec_program::pass_errors() {
    while (auto line = read_line(child_.err())) {
        last_error_ = *line;
        try {
            standard_error().write_all(*line += '\n');
        } catch (const std::system_error&) {
            continue;  // nobody reads ours
        }
    }
}

std::string exec_program::complaint() {
    static_cast<void>(errors_.join(last_words));
    return last_error_.empty() ? status().text() : last_error_;
}

void exec_program::end() noexcept {
    const shield to_the_end;
    if (!child_.ready()) {
        child_.terminate();
        static_cast<void>(child_.wait(farewell));
    }
    child_.kill();
}

}  // namespace grove::cmd
