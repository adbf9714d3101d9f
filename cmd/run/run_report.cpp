// SPDX-License-Identifier: MIT
#include "cmd/run/run_report.hpp"

#include "cmd/common/json_text.hpp"
#include "cmd/common/junit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

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

/// Whole microseconds are what a trace counts in.
auto microseconds(duration time) {
    return std::chrono::round<std::chrono::microseconds>(time).count();
}

/// Rows for what runs at once: each task takes the first that is free when it begins.
class trace_rows {
 public:
    std::size_t place(const task_record& task) {
        const auto free =
            std::ranges::find_if(ends_, [&](duration end) { return end <= task.begin; });
        const auto row = static_cast<std::size_t>(free - ends_.begin());
        if (row == ends_.size()) ends_.emplace_back();
        ends_[row] = task.end;
        return row;
    }

 private:
    std::vector<duration> ends_;
};

std::string trace_event(const task_record& task, std::size_t row) {
    json_object event;
    event.add("name", task.id).add("cat", task.is_service ? "service" : "step").add("ph", "X");
    event.add("ts", microseconds(task.begin)).add("dur", microseconds(task.end - task.begin));
    event.add("pid", 1).add("tid", row).open("args");
    event.add("state", to_string(task.state)).add("command", task.command);
    event.add("attempts", task.attempts);
    if (task.is_service && task.ready > task.begin)
        event.add("ready", seconds(task.ready - task.begin));
    if (!task.reason.empty()) event.add("reason", task.reason);
    return event.text();
}

/// What a row is called, or with "process_name" the whole.
std::string trace_name(const char* of, std::size_t row, const std::string& name) {
    json_object event;
    event.add("name", of).add("ph", "M").add("pid", 1).add("tid", row);
    event.open("args").add("name", name);
    return event.text();
}

}  // namespace

std::string to_trace(const run_journal& journal, const recipe& of) {
    std::string text = "{\"traceEvents\":[\n" + trace_name("process_name", 0, of.name);
    std::vector<const task_record*> steps;
    std::size_t service_row = 1000;  // below all steps
    for (const task_record& each : journal.tasks()) {
        if (each.attempts == 0) continue;
        if (!each.is_service) {
            steps.push_back(&each);
            continue;
        }
        text += ",\n" + trace_name("thread_name", ++service_row, "service " + each.id);
        text += ",\n" + trace_event(each, service_row);
    }
    std::ranges::stable_sort(steps, {}, &task_record::begin);
    trace_rows rows;
    for (const task_record* each : steps) text += ",\n" + trace_event(*each, rows.place(*each));
    return text + "\n]}\n";
}

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
