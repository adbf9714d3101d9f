// SPDX-License-Identifier: MIT
#include "cmd/run/run_report.hpp"

#include "cmd/common/json_text.hpp"
#include "cmd/common/junit.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace grove::cmd {
namespace {

/// Whole milliseconds are what the times of a run mean.
double seconds(duration time) {
    return static_cast<double>(std::chrono::round<std::chrono::milliseconds>(time).count()) / 1000;
}

std::string details_of(const task_record& task) {
    std::string text = task.reason + '\n';
    if (!task.command.empty()) text += "$ " + task.command + '\n';
    if (task.dropped > 0) text += fmt::format(".. {} lines before\n", task.dropped);
    for (const log_line& each : task.log) text += each.text + '\n';
    return text;
}

}  // namespace

std::string to_junit(const run_journal& journal, const recipe& of) {
    std::vector<junit_case> cases;
    for (const task_record& each : journal.tasks()) {
        if (each.is_service && each.state != task_state::failed) continue;
        junit_case made{.name = (each.is_service ? "service " : "") + each.id,
                        .time = each.end - each.begin};
        if (each.state == task_state::failed) {
            made.failure = each.reason.substr(0, each.reason.find('\n'));
            made.details = details_of(each);
        } else if (each.state != task_state::passed) {
            made.skipped = each.reason.empty() ? std::string("the run ended before") : each.reason;
        }
        cases.push_back(std::move(made));
    }
    return junit_report(of.name, journal.elapsed(), cases);
}

std::string to_json(const task_record& task, duration at) {
    json_object line;
    line.add("event", task.is_service ? "service" : "step").add("id", task.id);
    line.add("state", to_string(task.state)).add("at", seconds(at));
    if (task.state == task_state::running) {
        line.add("attempt", task.attempts).add("command", task.command);
        return line.text();
    }
    if (task.port != 0) line.add("port", task.port);
    if (task.has_ended()) line.add("seconds", seconds(task.end - task.begin));
    if (!task.reason.empty()) line.add("reason", task.reason);
    return line.text();
}

std::string to_json(const task_record& task, const log_line& line) {
    json_object made;
    made.add("event", "output").add("id", task.id);
    made.add("stream", line.is_error ? "stderr" : "stdout").add("at", seconds(line.at));
    return made.add("text", line.text).text();
}

std::string sum_as_json(const run_journal& journal, const recipe& of, int code) {
    json_object line;
    line.add("event", "run").add("name", of.name).add("code", code);
    line.add("seconds", seconds(journal.elapsed()));
    line.add("passed", journal.count(task_state::passed));
    line.add("failed", journal.count(task_state::failed));
    line.add("skipped", journal.count(task_state::skipped));
    line.add("stopped", journal.count(task_state::cancelled));
    return line.text();
}

}  // namespace grove::cmd
