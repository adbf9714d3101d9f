// SPDX-License-Identifier: MIT
#include "io/process_core.hpp"

#include <grove/process.hpp>
#include <grove/signals.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>
#include <stdexcept>
#include <utility>

namespace grove {
namespace {

void set_if_open(stdio& stream, stdio meaning) {
    if (stream == stdio()) stream = meaning;
}

std::string text_of(const process_options& options) {
    if (!options.shell.empty()) return options.shell;
    return fmt::format("{}", fmt::join(options.command, " "));
}

/// The last of what a child said, without the line feeds after it.
std::string_view end_of(std::string_view errors) {
    constexpr std::size_t most = 512;
    const std::size_t last = errors.find_last_not_of("\r\n");
    errors = errors.substr(0, last == std::string_view::npos ? 0 : last + 1);
    return errors.substr(errors.size() > most ? errors.size() - most : 0);
}

}  // namespace

std::string exit_status::text() const {
    if (signal_ == 0) return fmt::format("exit code {}", code_);
    return "killed by " + signal_name(signal_);
}

process::process(const process_options& options)
    : core_(std::make_shared<detail::process_core>(options)) {}

process::process(process&&) noexcept = default;

process& process::operator=(process&& other) noexcept {
    process taken(std::move(other));
    std::swap(core_, taken.core_);
    return *this;
}

process::~process() {
    if (core_) core_->end();
}

int process::pid() const noexcept {
    return core_->pid();
}

std::optional<exit_status> process::wait(deadline until) {
    const auto core = core_;  // the handle may end meanwhile
    if (!core->wait(until)) return std::nullopt;
    return core->status();
}

std::optional<exit_status> process::poll() {
    if (!core_->look()) return std::nullopt;
    return core_->status();
}

bool process::ready() noexcept {
    return core_->look();
}

void process::signal(int number) {
    core_->send(number);
}

void process::terminate() noexcept {
    core_->send_to_group(SIGTERM);
}

void process::kill() noexcept {
    core_->kill();
}

pipe_writer& process::in() noexcept {
    return core_->in;
}

pipe_reader& process::out() noexcept {
    return core_->out;
}

pipe_reader& process::err() noexcept {
    return core_->err;
}

std::optional<completed> process::communicate(std::string_view input, deadline until) {
    const auto core = core_;
    return core->communicate(input, until);
}

const completed& process::so_far() const noexcept {
    return core_->so_far();
}

completed run(process_options options, std::string_view input, deadline until) {
    set_if_open(options.input, input.empty() ? stdio::null : stdio::pipe);
    set_if_open(options.output, stdio::pipe);
    set_if_open(options.errors, stdio::pipe);
    if (!input.empty() && options.input != stdio::pipe)
        throw std::invalid_argument("run: an input text, and an input that is no pipe");
    process child(options);
    if (auto whole = child.communicate(input, until)) return *std::move(whole);
    child.kill();
    const auto status = child.wait();
    completed late = child.so_far();
    late.status = status.value();
    late.late = true;
    return late;
}

process_failed::process_failed(const std::string& text, completed result)
    : std::runtime_error(text), result_(std::make_shared<const completed>(std::move(result))) {}

process_failed::~process_failed() = default;

std::string check_output(process_options options, std::string_view input, deadline until) {
    const std::string command = text_of(options);
    completed result = run(std::move(options), input, until);
    if (result.status.success() && !result.late) return std::move(result.out);
    const std::string ended = result.late ? "not done in time, and killed" : result.status.text();
    const std::string_view said = end_of(result.err);
    const std::string text =
        fmt::format("{}: {}{}{}", command, ended, said.empty() ? "" : ": ", said);
    throw process_failed(text, std::move(result));
}

}  // namespace grove
