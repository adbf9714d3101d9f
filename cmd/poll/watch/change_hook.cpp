// SPDX-License-Identifier: MIT
#include "cmd/poll/watch/change_hook.hpp"

#include "cmd/common/process_tree.hpp"
#include "cmd/common/terminal_text.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <chrono>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration longest_call = 1min;

}  // namespace

change_hook::change_hook(std::string command, output& out)
    : command_(std::move(command)), out_(out), running_(spawn([this] { run_all(); })) {}

void change_hook::call(const watched_target& of, watch_state before) {
    std::vector<std::string> arguments{of.name, std::string(to_string(before)),
                                       std::string(to_string(of.state)), of.what};
    if (!calls_.try_put(std::move(arguments)))
        out_.warning("--on-change cannot keep up: not called for " + one_line(of.name));
}

bool change_hook::finish(deadline until) {
    calls_.close();
    return running_.join(until);
}

void change_hook::run_all() {
    while (auto arguments = calls_.get()) run_one(std::move(*arguments));
}

void change_hook::run_one(std::vector<std::string> arguments) {
    try {
        process_options how;
        how.shell = command_;
        how.command = std::move(arguments);
        how.input = stdio::null;
        how.output = stdio::descriptor(STDERR_FILENO);
        how.group = process_group::own;
        tracked_process child(how);
        const auto ended = child.wait(longest_call);
        if (!ended)
            out_.warning("--on-change took longer than a minute and was killed");
        else if (!ended->success())
            out_.warning("--on-change: " + ended->text());
    } catch (const std::system_error& e) {
        out_.warning(fmt::format("--on-change: {}", e.what()));
    }
}

}  // namespace grove::cmd
