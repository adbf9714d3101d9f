// SPDX-License-Identifier: MIT
#include "cmd/run/run_html.hpp"

#include "cmd/common/html_style.hpp"
#include "cmd/common/html_text.hpp"
#include "cmd/common/units.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace grove::cmd {
namespace {

constexpr std::string_view own_style = R"(
.gantt { display: grid; grid-template-columns: minmax(6em, 16em) 1fr 6em; gap: 5px 12px;
  margin-top: 10px; align-items: center; font-size: 14px; }
.gantt span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.gantt .lane { position: relative; height: 16px; background: var(--page); border-radius: 4px; }
.gantt .lane i { position: absolute; top: 0; bottom: 0; min-width: 3px; border-radius: 4px;
  background: currentColor; opacity: .85; }
.gantt .lane i.wait { opacity: .3; }
.gantt .time { text-align: right; color: var(--soft); }
details { border-top: 1px solid var(--edge); padding: 6px 0; }
summary { cursor: pointer; }
pre { font: 12.5px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; overflow-x: auto; margin: 6px 0;
  white-space: pre-wrap; overflow-wrap: anywhere; }
pre u { text-decoration: none; color: var(--fair); }
)";

double seconds(duration time) {
    return std::chrono::duration<double>(time).count();
}

std::string time_of(duration time) {
    return show_latency(time);
}

std::string_view color_of(task_state state) noexcept {
    switch (state) {
        case task_state::failed:
            return "bad";
        case task_state::skipped:
        case task_state::cancelled:
        case task_state::waiting:
            return "dim";
        case task_state::passed:
        case task_state::running:
        case task_state::ready:
            break;
    }
    return "good";
}

std::string tile(std::string_view name, const std::string& value, std::string_view color = {}) {
    return fmt::format("<div><dt>{}</dt><dd class=\"{}\">{}</dd></div>\n", name, color, value);
}

std::string head(const run_journal& journal, const recipe& of) {
    const std::time_t began = std::chrono::system_clock::to_time_t(journal.began_at());
    std::string text = fmt::format(
        "<h1>{}</h1>\n<p class=\"soft\">{}{}{:%Y-%m-%d %H:%M:%S} UTC</p>\n<dl class=\"tiles\">\n",
        html_text(of.name), html_text(of.description), of.description.empty() ? "" : " &middot; ",
        fmt::gmtime(began));
    const std::size_t failed = journal.count(task_state::failed);
    text += tile("passed", std::to_string(journal.count(task_state::passed)), "good");
    text += tile("failed", std::to_string(failed), failed > 0 ? "bad" : "");
    text += tile("skipped", std::to_string(journal.count(task_state::skipped) +
                                           journal.count(task_state::cancelled)));
    return text + tile("time", time_of(journal.elapsed())) + "</dl>\n";
}

std::string bar(duration begin, duration end, double whole, std::string_view color) {
    const double left = 100 * seconds(begin) / whole;
    const double width = 100 * seconds(std::max(end - begin, duration::zero())) / whole;
    return fmt::format("<i class=\"{}\" style=\"left:{:.2f}%;width:{:.2f}%\"></i>", color, left,
                       std::min(width, 100 - left));
}

std::string row(const task_record& task, double whole) {
    std::string lane;
    if (task.state == task_state::skipped || task.attempts == 0) {
        lane = "";
    } else if (task.is_service) {
        const duration ready = task.ready > duration::zero() ? task.ready : task.end;
        lane = bar(task.begin, ready, whole, "plain wait") +
               bar(ready, task.end, whole, task.state == task_state::failed ? "bad" : "plain");
    } else {
        lane = bar(task.begin, task.end, whole, color_of(task.state));
    }
    const std::string time =
        task.attempts == 0 ? std::string(to_string(task.state)) : time_of(task.end - task.begin);
    return fmt::format(
        "<span title=\"{0}\">{0}{1}</span><div class=\"lane\">{2}</div><span class=\"time\">{3}"
        "</span>\n",
        html_text(task.id), task.is_service ? " <small class=\"soft\">service</small>" : "", lane,
        time);
}

std::string log_of(const task_record& task) {
    std::string text;
    if (task.dropped > 0) text += fmt::format("<u>.. {} lines before</u>\n", task.dropped);
    for (const log_line& each : task.log) {
        const std::string line = html_text(each.text);
        text += (each.is_error ? "<u>" + line + "</u>" : line) + '\n';
    }
    return text;
}

std::string lines_of(const std::string& text) {
    std::string made;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        made += html_text(text.substr(begin, end - begin)) + '\n';
        begin = end + 1;
    }
    return made;
}

std::string details(const task_record& task) {
    if (task.attempts == 0) return {};
    const bool failed = task.state == task_state::failed;
    std::string text = fmt::format(
        "<details{}><summary><b class=\"{}\">{}</b> {} <span "
        "class=\"soft\">{}{}</span></summary>\n",
        failed ? " open" : "", color_of(task.state), to_string(task.state), html_text(task.id),
        time_of(task.end - task.begin),
        task.attempts > 1 ? fmt::format(", {} attempts", task.attempts) : "");
    if (!task.reason.empty())
        text += fmt::format("<pre class=\"bad\">{}</pre>\n", lines_of(task.reason));
    text += fmt::format("<pre class=\"soft\">$ {}</pre>\n", lines_of(task.command));
    if (!task.log.empty()) text += "<pre>" + log_of(task) + "</pre>\n";
    return text + "</details>\n";
}

}  // namespace

std::string to_html(const run_journal& journal, const recipe& of) {
    const double whole = std::max(seconds(journal.elapsed()), 1e-3);
    std::string text =
        "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    text += fmt::format("<title>{}</title>\n<style>{}{}</style>\n<main>\n", html_text(of.name),
                        html_style(), own_style);
    text += head(journal, of);
    text += "<section><h2>What ran when</h2>\n<div class=\"gantt\">\n";
    for (const task_record& each : journal.tasks()) text += row(each, whole);
    text += "</div>\n</section>\n<section style=\"margin-top:16px\"><h2>Output</h2>\n";
    for (const task_record& each : journal.tasks()) text += details(each);
    return text + "</section>\n<p class=\"note\">grove " GROVE_VERSION
                  " run</p>\n</main>\n</html>\n";
}

}  // namespace grove::cmd
