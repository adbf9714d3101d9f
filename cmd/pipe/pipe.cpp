// SPDX-License-Identifier: MIT
#include "cmd/pipe/pipe.hpp"

#include "cmd/pipe/journal.hpp"
#include "cmd/pipe/pipe_run.hpp"
#include "cmd/pipe/stage_plan.hpp"

#include <memory>
#include <stdexcept>

namespace grove::cmd {
namespace {

/// Null where none is wanted.
std::unique_ptr<journal> open_journal(const pipe_options& options, const pipe_plan& plan) {
    if (options.journal.empty()) return nullptr;
    const journal_subject subject{.inputs = options.inputs, .output = plan.sink.path};
    return std::make_unique<journal>(options.journal, subject, options.resume);
}

}  // namespace

exit_code run_pipe(const pipe_options& options, output& out) {
    pipe_plan plan;
    if (auto wrong = parse_plan(options.stages, plan)) {
        out.error(*wrong);
        return exit_code::usage;
    }
    try {
        const auto kept = open_journal(options, plan);
        if (kept && kept->from().done) {
            out.say("nothing is left to do: " + options.journal + " says that the run has ended");
            return exit_code::ok;
        }
        pipe_run run(options, plan, out, kept.get());
        return run.execute();
    } catch (const std::runtime_error& e) {  // std::system_error, stage_failed
        out.error(e.what());
        return exit_code::environment;
    }
}

verb_parts pipe_stages() {
    return all_stages();
}

}  // namespace grove::cmd
