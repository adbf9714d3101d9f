// SPDX-License-Identifier: MIT
#include "cmd/poll/poll_session.hpp"

#include "cmd/common/descriptors.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/common/signals.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/common/units.hpp"
#include "cmd/poll/command_beside.hpp"
#include "cmd/poll/poll_report.hpp"

#include <grove/timeout.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration usual_deadline = 1min;  // so that no pipeline hangs
constexpr duration redraw = 200ms;         // on a terminal
constexpr duration plain_line = 5s;        // elsewhere
constexpr std::size_t most_shown = 8;      // targets that are still waited for

std::string_view wanted(poll_goal goal) noexcept {
    return goal == poll_goal::up ? "up" : "down";
}

}  // namespace

poll_session::poll_session(const poll_options& options, output& out)
    : options_(options), out_(out), wait_(options, plan_of(options)) {
    if (!options.junit.empty()) check_report_file("--junit", options.junit);
}

exit_code poll_session::execute() {
    exit_code code = wait();
    if (!started_) return code;
    if (code == exit_code::ok && !options_.command.empty() && !out_.lost()) code = run_command();
    stop_started();
    return code;
}

exit_code poll_session::wait() {
    out_.set_wait_writable(wait_writable);
    const on_exit no_more_waiting([this] { out_.set_wait_writable({}); });
    out_.on_lost([this] { wait_.stop(wait_end::stopped); });
    const stop_signals signals([this](int) { wait_.stop(wait_end::stopped); }, kill_process_tree);
    if (!options_.start.empty()) {  // only now: a signal must not leave behind what it starts
        tree_.emplace();
        started_.emplace(options_.start, out_, [this] { on_started_end(); });
    }
    wait_.on_met([this](const polled_target& of) { out_.say(met_line(of, options_.goal)); });
    if (!options_.talk.quiet && options_.talk.progress)
        wait_.on_tick(out_.has_status() ? redraw : plain_line, [this] { show_progress(); });
    const wait_end end = wait_.execute(options_.deadline.value_or(usual_deadline));
    out_.status({});
    tell(end);
    if (!options_.junit.empty()) write_junit();
    was_interrupted_ = signals.received() != 0;
    return merge(signals.code(), code_of(end));
}

/// The log is for who wants to know why the command fell short.
exit_code poll_session::run_command() {
    out_.flush();
    const exit_code code = run_beside(options_.command);
    if (code != exit_code::ok) tell_log();
    return code;
}

/// A signal that ended the wait was the first: the next one ends all.
void poll_session::stop_started() {
    if (started_->ended()) return;
    const stop_signals signals(
        [this](int number) {
            if (!was_interrupted_) return;
            kill_process_tree();
            end_at_once(by_signal(number));
        },
        kill_process_tree);
    started_->stop(options_.grace);
}

/// While targets are waited for it decides the wait; later the command goes on without it.
void poll_session::on_started_end() {
    if (wait_.met() < wait_.enough()) return wait_.stop(wait_end::hopeless);
    out_.warning(
        fmt::format("{} has ended: {}", one_line(options_.start), started_->ended()->text()));
}

void poll_session::show_progress() {
    const std::string sum = fmt::format("{} of {} {} after {}", wait_.met(), wait_.targets().size(),
                                        wanted(options_.goal), show_duration(wait_.elapsed()));
    std::vector<std::string> lines{sum};
    for (const polled_target& one : wait_.targets()) {
        if (one.met || lines.size() > most_shown) continue;
        const std::string state = one.last ? one.last->what : "asking";
        lines.push_back(fmt::format("  {}: {}", one.name, one_line(state)));
    }
    if (out_.has_status()) {
        const unsigned columns = out_.talk_screen().columns;
        for (std::string& line : lines) line = fit_middle(line, columns - 1);
        return out_.status(std::move(lines));
    }
    out_.say(fmt::format("{}{}{}", sum, lines.size() > 1 ? ";" : "",
                         lines.size() > 1 ? lines[1].substr(1) : ""));
}

void poll_session::tell(wait_end end) {
    if (options_.talk.json) {
        for (const polled_target& one : wait_.targets()) out_.json(to_json(one, options_.goal));
    }
    if (end != wait_end::met && !out_.lost()) tell_failure(end);
}

std::string poll_session::reason_for(wait_end end) const {
    const std::size_t all = wait_.targets().size();
    const std::string_view goal = wanted(options_.goal);
    const std::string share = all == 1 ? fmt::format("it is not {}", goal)
                                       : fmt::format("{} of {} are {}, {} wanted", wait_.met(), all,
                                                     goal, wait_.enough());
    if (end == wait_end::late)
        return fmt::format("after {}: {}",
                           show_duration(options_.deadline.value_or(usual_deadline)), share);
    if (end == wait_end::stopped)
        return fmt::format("stopped after {}: {}", show_duration(wait_.elapsed()), share);
    if (end == wait_end::exhausted) return "no attempt is left: " + share;
    if (!started_ || !started_->ended()) return "it can never be met: " + share;
    const exit_status how = *started_->ended();
    // Programs that go to the background by themselves end well, and cannot be watched.
    const char* const hint =
        how.success() ? "; what goes to the background is started before, without --start" : "";
    return fmt::format("{} has ended: {}; {}{}", one_line(options_.start), how.text(), share, hint);
}

void poll_session::tell_log() const {
    const std::string log = started_ ? started_->log_tail() : "";
    if (log.empty()) return;
    out_.print_talk(fmt::format("  the last that {} said:\n{}", one_line(options_.start),
                                indented(log, "    | ")));
}

void poll_session::tell_failure(wait_end end) const {
    out_.error(reason_for(end));
    std::size_t shown = 0;
    std::size_t more = 0;
    for (const polled_target& one : wait_.targets()) {
        if (one.met) continue;
        if (shown++ < most_shown)
            out_.print_talk(failure_lines(one));
        else
            ++more;
    }
    if (more > 0) out_.print_talk(fmt::format("  and {} more: --json tells all\n", more));
    tell_log();
}

exit_code poll_session::code_of(wait_end end) const noexcept {
    switch (end) {
        case wait_end::late:
            return exit_code::deadline;
        case wait_end::exhausted:
            return exit_code::shortfall;
        case wait_end::hopeless:
            return exit_code::environment;
        default:
            return exit_code::ok;
    }
}

void poll_session::write_junit() const {
    std::vector<junit_case> cases;
    for (const polled_target& one : wait_.targets())
        cases.push_back(to_junit(one, wait_.elapsed()));
    write_report(options_.junit, junit_report("grove poll", wait_.elapsed(), cases), out_);
}

}  // namespace grove::cmd
