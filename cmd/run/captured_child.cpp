// SPDX-License-Identifier: MIT
#include "cmd/run/captured_child.hpp"

#include <grove/timeout.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_line = std::size_t{64} << 10;
constexpr auto last_words = 1s;      // for who holds the pipes of a program that has ended
constexpr auto after_a_kill = 50ms;  // ... and was killed with it

process_options options_of(const child_command& command) {
    process_options made;
    made.command = command.words;
    made.shell = command.shell;
    made.environment = command.environment;
    made.folder = command.folder;
    made.input = stdio::null;
    made.output = stdio::pipe;
    made.errors = stdio::pipe;
    made.group = process_group::own;
    return made;
}

}  // namespace

captured_child::captured_child(const child_command& command, const secret_mask& secrets,
                               line_taker take)
    : secrets_(secrets), take_(std::move(take)), child_(options_of(command)) {
    readers_[0] = spawn([this] { read(child_.out(), output_stream::out); });
    readers_[1] = spawn([this] { read(child_.err(), output_stream::err); });
}

captured_child::~captured_child() {
    const shield until_done;
    child_.kill();
    for (auto& each : readers_) {
        if (!each.join(after_a_kill)) each.kill();
    }
}

void captured_child::read(pipe_reader& from, output_stream as) {
    std::array<char, 16 * 1024> buffer{};
    std::string line;
    try {
        while (const std::size_t n = from.read_some(buffer)) {
            take_bytes({buffer.data(), n}, line, as);
        }
    } catch (const std::system_error&) {
        // A pipe that cannot be read has ended.
    }
    if (!line.empty()) take_(as, secrets_(line));
}

void captured_child::take_bytes(std::string_view bytes, std::string& line, output_stream as) {
    std::string& kept = as == output_stream::out ? out_ : err_;
    kept += bytes.substr(0, most_kept - std::min(most_kept, kept.size()));
    while (!bytes.empty()) {
        const std::size_t end =
            std::min({bytes.find('\n'), bytes.size(), longest_line - line.size()});
        line += bytes.substr(0, end);
        bytes.remove_prefix(end);
        const bool ended = bytes.starts_with('\n');
        if (ended) bytes.remove_prefix(1);
        if (!ended && line.size() < longest_line) continue;
        std::string piece = secrets_(std::exchange(line, {}));
        if (!ended) {
            // A secret that begins here and ends in the next piece must be seen whole.
            const std::size_t cut = piece.size() - std::min(secrets_.longest(), piece.size() / 2);
            line = piece.substr(cut);
            piece.resize(cut);
        }
        take_(as, piece);
    }
}

std::optional<exit_status> captured_child::wait(deadline until) {
    const auto status = child_.wait(until);
    if (status) end_of_output(last_words);
    return status;
}

void captured_child::end_of_output(duration patience) {
    const deadline until = patience;
    for (auto& each : readers_) {
        if (each.join(until)) continue;
        child_.kill();
        if (!each.join(after_a_kill)) each.kill();
    }
}

exit_status captured_child::stop(int signal, duration grace) {
    // It is a zombie at least for as long as `child_` lives: the number is its group's.
    ::kill(-child_.pid(), signal);
    auto status = child_.wait(grace);
    if (!status) {
        child_.kill();
        status = child_.wait();
    }
    child_.kill();  // what it left behind in its group
    end_of_output(after_a_kill);
    return *status;
}

}  // namespace grove::cmd
