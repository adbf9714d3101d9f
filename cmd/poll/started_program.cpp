// SPDX-License-Identifier: MIT
#include "cmd/poll/started_program.hpp"

#include "cmd/common/terminal_text.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_log = std::size_t{64} << 10;  // bytes
constexpr std::size_t most_line = std::size_t{8} << 10;  // bytes
constexpr int tail = 20;                                 // lines
/// For what is in the pipe when it has ended; others that it has started may hold it open.
constexpr duration last_words = 20ms;

process_options options_of(const std::string& command) {
    process_options made;
    made.shell = command;
    made.input = stdio::null;
    made.output = stdio::pipe;
    made.errors = stdio::to_output;
    made.group = process_group::own;
    return made;
}

}  // namespace

started_program::started_program(const std::string& command, output& out,
                                 std::function<void()> on_end)
    : out_(out),
      child_(options_of(command)),
      reading_(spawn([this] { read_log(); })),
      following_(spawn([this, told = std::move(on_end)] { follow(told); })) {}

started_program::~started_program() = default;

void started_program::read_log() {
    std::array<char, 4096> piece{};
    while (const std::size_t n = child_.out().read_some(piece)) take({piece.data(), n});
}

void started_program::take(std::string_view piece) {
    while (!piece.empty()) {
        const std::size_t end = piece.find('\n');
        line_ += piece.substr(0, end);
        piece.remove_prefix(end == std::string_view::npos ? piece.size() : end + 1);
        if (end == std::string_view::npos && line_.size() < most_line) return;
        if (out_.says_details()) out_.detail("| " + one_line(line_));
        log_ += std::exchange(line_, {}) + '\n';
        if (log_.size() > 2 * most_log) log_.erase(0, log_.find('\n', log_.size() - most_log) + 1);
    }
}

void started_program::follow(const std::function<void()>& on_end) {
    const auto how = child_.wait();
    static_cast<void>(reading_.join(last_words));
    if (stopping_) return;
    ended_ = how;
    on_end();
}

std::string started_program::log_tail() const {
    const std::string all = line_.empty() ? log_ : log_ + line_ + '\n';
    std::size_t begin = all.size();
    for (int lines = 0; begin > 0 && lines < tail; ++lines) {
        const std::size_t before = begin < 2 ? std::string::npos : all.rfind('\n', begin - 2);
        begin = before == std::string::npos ? 0 : before + 1;
    }
    return all.substr(begin);
}

void started_program::stop(duration grace) {
    stopping_ = true;
    child_.terminate();
    static_cast<void>(child_.wait(grace));
    child_.kill();
    static_cast<void>(reading_.join(last_words));
}

}  // namespace grove::cmd
