// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/recipe/recipe.hpp"
#include "cmd/run/run_journal.hpp"

#include <string>

/// What a run leaves behind for machines and people: JUnit's XML, JSON lines, a trace, and a page.

namespace grove::cmd {

/// For CI: a case a step; services that failed are cases too. A step that was skipped or stopped is
/// marked as skipped.
[[nodiscard]] std::string to_junit(const run_journal& journal, const recipe& of);

/// For chrome://tracing and Perfetto: what ran when, what runs at once in rows below each other;
/// each service in a row of its own.
[[nodiscard]] std::string to_trace(const run_journal& journal, const recipe& of);

/// One happening, without a line feed:
///
///     {"event":"step","id":..,"state":"running|passed|failed|skipped|cancelled","at":seconds,
///      "attempt":N,"seconds":N,"reason":..}
///     {"event":"service","id":..,"state":"running|ready|passed|failed","at":..,"port":N}
[[nodiscard]] std::string to_json(const task_record& task, duration at);

/// `{"event":"output","id":..,"stream":"stdout|stderr","at":..,"text":..}`
[[nodiscard]] std::string to_json(const task_record& task, const log_line& line);

/// `{"event":"run","name":..,"code":N,"seconds":..,"passed":N,"failed":N,"skipped":N,"stopped":N}`
[[nodiscard]] std::string sum_as_json(const run_journal& journal, const recipe& of, int code);

}  // namespace grove::cmd
