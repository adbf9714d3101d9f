// SPDX-License-Identifier: MIT
#include "cmd/run/run_reports.hpp"

#include "cmd/run/github_annotation.hpp"
#include "cmd/run/run_html.hpp"
#include "cmd/run/run_report.hpp"

#include <filesystem>
#include <utility>

namespace grove::cmd {
namespace {

namespace fs = std::filesystem;

/// What the command line says, else the recipe.
recipe_report files_of(const run_options& options, const recipe& of) {
    recipe_report files = of.report;
    if (!options.junit.empty()) files.junit = options.junit;
    if (!options.html.empty()) files.html = options.html;
    return files;
}

}  // namespace

run_reports::run_reports(const run_options& options, const checked_recipe& of, run_journal& journal,
                         output& out)
    : of_(of),
      journal_(journal),
      out_(out),
      files_(files_of(options, of.what)),
      recipe_(file_of(options)) {
    for (const auto& [name, path] :
         {std::pair("junit", &files_.junit), std::pair("json", &files_.json),
          std::pair("html", &files_.html), std::pair("trace", &files_.trace)}) {
        if (path->empty()) continue;
        const fs::path folder = fs::path(*path).parent_path();
        if (!folder.empty()) fs::create_directories(folder);
        check_report_file(name, *path);
    }
}

void run_reports::begin() {
    if (is_github()) journal_.on_change([this](const task_record& of) { annotate(of); });
    if (!files_.json.empty()) events_ = log_file(files_.json, out_, log_start::anew);
    if (!events_.is_open() && !out_.options().json) return;
    journal_.on_change(
        [this](const task_record& of) { write_event(to_json(of, journal_.elapsed())); });
    journal_.on_line(
        [this](const task_record& of, const log_line& line) { write_event(to_json(of, line)); });
}

/// Marks the line of the recipe at which a step stands that has failed.
void run_reports::annotate(const task_record& of) {
    if (of.state != task_state::failed) return;
    out_.print_talk(github_error({.file = recipe_,
                                  .place = place_of(of_.text, of.place),
                                  .title = of.id + " failed",
                                  .message = of.reason}));
}

void run_reports::write_event(const std::string& line) {
    if (out_.options().json) out_.json(line);
    if (!events_.is_open() || events_lost_) return;
    try {
        events_.write(line + '\n');
    } catch (const std::system_error& e) {
        events_lost_ = e;
    }
}

void run_reports::finish(exit_code code) {
    const recipe& what = of_.what;
    write_event(sum_as_json(journal_, what, to_int(code)));
    if (events_lost_) throw *events_lost_;
    events_.close();
    if (!files_.junit.empty()) write_report(files_.junit, to_junit(journal_, what), out_);
    if (!files_.trace.empty()) write_report(files_.trace, to_trace(journal_, what), out_);
    if (files_.html.empty()) return;
    write_report(files_.html, to_html(journal_, what), out_);
    out_.say("report: " + files_.html);
}

}  // namespace grove::cmd
