// SPDX-License-Identifier: MIT
#include "cmd/run/run_console.hpp"

#include "cmd/common/terminal_text.hpp"
#include "cmd/common/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t widest_id = 32;
constexpr std::size_t lines_of_a_failure = 20;
constexpr auto redraw = 100ms;

std::string time_of(duration time) {
    return time < 10s ? show_latency(time) : show_duration(time);
}

/// `text` on lines of their own, each behind `margin`.
std::string indented(const std::string& text, const char* margin) {
    std::string made;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        made += margin + text.substr(begin, end - begin) + '\n';
        begin = end + 1;
    }
    return made;
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

}  // namespace

run_console::run_console(output& out, run_journal& journal, const recipe& of, std::string again)
    : out_(out),
      journal_(journal),
      again_(std::move(again)),
      live_(out.has_status() && out.options().progress && !out.options().quiet) {
    for (const recipe_step& each : of.steps) {
        if (each.show) shown_.insert(each.id);
    }
    for (const recipe_step& each : of.finals) {
        if (each.show) shown_.insert(each.id);
    }
    for (const recipe_service& each : of.services) {
        if (each.show) shown_.insert(each.id);
    }
    for (const task_record& each : journal.tasks()) width_ = std::max(width_, each.id.size());
    width_ = std::min(width_, widest_id);
    if (live_) next_ = deadline::now();
    journal.on_change([this](const task_record& task) { changed(task); });
    journal.on_line([this](const task_record& task, const log_line& line) { wrote(task, line); });
}

void run_console::changed(const task_record& task) {
    switch (task.state) {
        case task_state::running:
            out_.detail(fmt::format("start   {:<{}}  {}", task.id, width_, one_line(task.command)));
            break;
        case task_state::ready:
            out_.say(fmt::format("ready   {:<{}}  {}after {}", task.id, width_,
                                 task.port == 0 ? "" : fmt::format("port {}, ", task.port),
                                 time_of(task.ready - task.begin)));
            break;
        case task_state::passed:
            if (task.is_service) {
                out_.detail(fmt::format("ended   {}", task.id));
            } else {
                out_.say_passed("ok", fmt::format("      {:<{}}  {}", task.id, width_,
                                                  time_of(task.end - task.begin)));
            }
            break;
        case task_state::failed:
            tell_failure(task);
            break;
        case task_state::skipped:
        case task_state::cancelled:
            if (!task.is_service && !task.reason.empty()) {
                out_.say(fmt::format("{:<7} {:<{}}  {}",
                                     task.state == task_state::skipped ? "skipped" : "stopped",
                                     task.id, width_, first_line(task.reason)));
            }
            break;
        case task_state::waiting:
            break;
    }
}

bool run_console::shows(const task_record& task) const {
    return shown_.contains(task.id.substr(0, task.id.find('[')));
}

void run_console::wrote(const task_record& task, const log_line& line) {
    if (shows(task)) {
        out_.say(fmt::format("{:>7} {:<{}}  {}", "|", task.id, width_, line.text));
    } else {
        out_.detail(fmt::format("{:>7} {:<{}}  {}", "|", task.id, width_, line.text));
    }
}

void run_console::tell_failure(const task_record& task) {
    std::string text =
        fmt::format("  {:<{}}  {}{}\n", task.id, width_, time_of(task.end - task.begin),
                    task.attempts > 1 ? fmt::format(", {} attempts", task.attempts) : "");
    text += indented(task.reason, "        ");
    if (!task.command.empty()) text += indented(task.command, "      $ ");
    if (!shows(task)) {
        const std::size_t count = std::min(task.log.size(), lines_of_a_failure);
        const std::size_t left_out = task.dropped + task.log.size() - count;
        if (left_out > 0) text += fmt::format("      | .. {} lines before\n", left_out);
        for (std::size_t i = task.log.size() - count; i < task.log.size(); ++i)
            text += "      | " + task.log[i].text + '\n';
    }
    if (!task.is_service && !task.is_final)
        text += fmt::format("        again: {} {}\n", again_, task.id.substr(0, task.id.find('[')));
    out_.say_failed("FAILED", text);
}

deadline run_console::tick() {
    if (!live_ || !next_.expired()) return next_;
    next_ = deadline(redraw);
    out_.status(status_lines());
    return next_;
}

std::vector<std::string> run_console::status_lines() const {
    const output::screen screen = out_.talk_screen();
    const duration now = journal_.elapsed();
    std::vector<std::string> lines;
    std::string services;
    std::size_t waiting = 0;
    for (const task_record& each : journal_.tasks()) {
        if (each.state == task_state::waiting && !each.is_service) ++waiting;
        if (each.is_service && each.state == task_state::ready)
            services += (services.empty() ? "" : ", ") + each.id +
                        (each.port == 0 ? "" : fmt::format(" :{}", each.port));
        if (each.state != task_state::running) continue;
        const std::string last =
            each.log.empty() ? one_line(each.command) : one_line(each.log.back().text);
        lines.push_back(fit_end(fmt::format("{:>7} {:<{}}  {}", show_duration(now - each.begin),
                                            one_line(each.id), width_, last),
                                screen.columns - 1));
    }
    const std::size_t most = std::max(3U, screen.rows / 2);
    if (lines.size() > most) {
        const std::size_t more = lines.size() - most;
        lines.resize(most);
        lines.push_back(fmt::format("        .. and {} more", more));
    }
    lines.push_back(fit_end(fmt::format("{:>7} {} done, {} to come{}{}", show_duration(now),
                                        journal_.count(task_state::passed), waiting,
                                        services.empty() ? "" : "; ", services),
                            screen.columns - 1));
    return lines;
}

void run_console::finish() {
    if (live_) out_.status({});
    std::string text = fmt::format("{} ok", journal_.count(task_state::passed));
    for (const auto& [state, word] :
         {std::pair(task_state::failed, "failed"), std::pair(task_state::skipped, "skipped"),
          std::pair(task_state::cancelled, "stopped")}) {
        if (const std::size_t count = journal_.count(state); count > 0)
            text += fmt::format(", {} {}", count, word);
    }
    out_.say(fmt::format("{}; {}", text, time_of(journal_.elapsed())));
}

}  // namespace grove::cmd
