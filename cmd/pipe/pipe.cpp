// SPDX-License-Identifier: MIT
#include "cmd/pipe/pipe.hpp"

#include "cmd/common/named_file.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/pipe/file_roles.hpp"
#include "cmd/pipe/file_sink.hpp"
#include "cmd/pipe/journal.hpp"
#include "cmd/pipe/pipe_run.hpp"
#include "cmd/pipe/stage_plan.hpp"

#include <fmt/format.h>

#include <sys/stat.h>

#include <memory>
#include <stdexcept>

namespace grove::cmd {
namespace {

/// Null where none is wanted.
std::unique_ptr<journal> open_journal(const pipe_options& options, const pipe_plan& plan) {
    if (options.journal.empty()) return nullptr;
    return std::make_unique<journal>(options.journal, subject_of(options, plan), options.resume);
}

/// The journal's last line may be older than the file's name: it was written before.
bool has_its_name(const pipe_plan& plan, const settled_place& from) {
    struct stat seen {};

    return plan.sink.what == sink_plan::kind::file && !identity_of(part_of(plan.sink.path)) &&
           ::stat(plan.sink.path.c_str(), &seen) == 0 && S_ISREG(seen.st_mode) &&
           static_cast<std::uint64_t>(seen.st_size) == from.bytes;
}

exit_code tell_finished(const pipe_options& options, const pipe_plan& plan, const journal& kept,
                        output& out) {
    const std::string& path = plan.sink.path;
    if (plan.sink.what == sink_plan::kind::file && !is_written_through(path) &&
        !identity_of(path)) {
        out.error(
            fmt::format("{} says that the run has ended, and {} is not there: remove {} to "
                        "do it again",
                        options.journal, plan.sink.path, options.journal));
        return exit_code::environment;
    }
    const std::string failed = kept.failed_before() == 0
                                   ? ""
                                   : fmt::format("; items that failed: {}", kept.failed_before());
    out.say("nothing is left to do: " + options.journal + " says that the run has ended" + failed);
    return kept.failed_before() == 0 ? exit_code::ok : exit_code::shortfall;
}

exit_code run_plan(const pipe_options& options, const pipe_plan& plan, output& out) {
    const auto kept = open_journal(options, plan);
    if (kept && kept->from().whole && has_its_name(plan, kept->from())) {
        settled_place end = kept->from();
        end.whole = false;
        end.done = true;
        kept->note(end);
        return tell_finished(options, plan, *kept, out);
    }
    if (kept && kept->from().done) return tell_finished(options, plan, *kept, out);
    pipe_run run(options, plan, out, kept.get());
    return run.execute();
}

}  // namespace

exit_code run_pipe(const pipe_options& options, output& out) {
    pipe_plan plan;
    auto wrong = parse_plan(options.stages, plan);
    if (!wrong) wrong = shared_file(options, plan);
    if (wrong) {
        out.error(*wrong);
        return exit_code::usage;
    }
    try {
        return run_plan(options, plan, out);
    } catch (const journal_refused& e) {
        out.error(e.what());
        return exit_code::usage;
    } catch (const std::runtime_error& e) {  // std::system_error, stage_failed
        out.error(e.what());
        return exit_code::environment;
    }
}

verb_parts pipe_stages() {
    return all_stages();
}

}  // namespace grove::cmd
