// SPDX-License-Identifier: MIT
#include "cmd/pipe/pipe_options.hpp"

#include "cmd/common/option_table.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/pipe/follow_source.hpp"
#include "cmd/pipe/stage_plan.hpp"

#include <algorithm>
#include <variant>

namespace grove::cmd {
namespace {

/// A stage hands on what is done before what came earlier.
bool mixes_order(const pipe_plan& plan) {
    return std::ranges::any_of(plan.stages, [](const stage_plan& of) {
        const auto is_any = [](const auto& stage) {
            if constexpr (requires { stage.order; }) return stage.order == item_order::any;
            return false;
        };
        return std::visit(is_any, of);
    });
}

}  // namespace

using namespace std::chrono_literals;

void describe(pipe_options& options, option_table& table) {
    table.group("Items");
    table.add({'i', "input"}, options.inputs, "FILE", "where items come from; - and none: stdin")
        .kind(value_kind::file);
    table.flag({'0', "null"}, options.null, "items end in NUL, as find -print0 writes them");
    table.add("queue", options.queue_items, "N", "items that may wait between two stages")
        .range(1, 100'000'000);
    table.add("queue-size", options.queue_size, "SIZE", "bytes that may wait there")
        .range(byte_size{4096}, byte_size{std::uint64_t{1} << 40});
    table
        .add({'H', "header"}, options.http.headers, "LINE",
             "sent to a source that is http:// or ws://")
        .secret();
    table.add("cacert", options.http.cacert, "FILE", "authorities that it is trusted by (PEM)")
        .kind(value_kind::file);
    table.words("stage", options.stages, "STAGE...", "what is done to them, see below",
                word_rule::from_first_on);
    table.group("Sureness");
    table.add(
        "max-failures", options.max_failures, "N|N%",
        "stop after so many failures; N%: of the items that a stage has done, from 100 on, or "
        "of all that it gets");
    table.fixed("fail-fast", options.max_failures, failure_limit::one(), "stop after the first");
    table.add("dead", options.dead_file, "FILE", "JSON lines: items that failed for good")
        .kind(value_kind::file);
    table.add("journal", options.journal, "FILE", "keeps how many items are dealt with")
        .kind(value_kind::file);
    table.flag("resume", options.resume, "go on where the journal ends; items under way run again");
    table.add("deadline", options.deadline, "T", "the whole run; reaching it exits 124")
        .range(1ms, 24h * 365);
    table.add("grace", options.grace, "T", "to end what was read, after Ctrl-C").range(0s, 24h);
    table.add("seed", options.seed, "N", "of the retries' random pauses");
    table.advise("-j", "-j belongs to a stage: grove pipe each -j4 COMMAND");
    table.advise("--jobs", "-j belongs to a stage: grove pipe each -j4 COMMAND");
    table.advise("-P", "processes at once are a stage's -j: grove pipe each -j4 COMMAND");
    table.advise("-k", "results keep the order of the items by themselves");
    table.advise("-a", "use -i FILE");
    table.advise("-o", "end with: then file NAME");
    table.advise("--json", "a pipe's stdout is what its stages write");
    table.advise("--timeout",
                 "--timeout belongs to a stage: grove pipe each --timeout 10s COMMAND");
    table.advise("--retries", "--retries belongs to a stage: grove pipe each --retries 2 COMMAND");
    table.advise("--joblog", "--joblog belongs to a stage: grove pipe each --joblog FILE COMMAND");
    describe(options.talk, table, json_lines::none);
}

std::optional<std::string> validate(const pipe_options& options) {
    if (options.talk.quiet && options.talk.verbose) return "-q and -v exclude each other";
    if (std::count(options.inputs.begin(), options.inputs.end(), "-") > 1)
        return "-i - can be given once: stdin has one end";
    if (options.resume && options.journal.empty())
        return "--resume goes on where a journal ends: add --journal FILE";
    pipe_plan plan;
    if (auto wrong = parse_plan(options.stages, plan)) return wrong;
    if (auto wrong = end_problem(plan, item_end(options))) return wrong;
    const bool is_followed = plan.source.uri && can_be_followed(plan.source.uri->scheme);
    if (!is_followed && !options.http.headers.empty())
        return "-H is for a source that is http:// or ws://; a stage's own stands behind its name";
    if (!is_followed && !options.http.cacert.empty())
        return "--cacert is for a source that is https:// or wss://";
    if (!options.journal.empty() && plan.sink.what == sink_plan::kind::file && mixes_order(plan))
        return "--journal says how much of a file counts, and with --order any no place in it "
               "does: leave one of the two out";
    const source_plan& from = plan.source;
    if (from.is_input()) return std::nullopt;
    if (plan.source.stream && !plan.source.stream->until_empty &&
        plan.sink.what == sink_plan::kind::file && !is_written_through(plan.sink.path))
        return "then file waits for the end of a stream that has none: add until=empty to its "
               "URI, or write the items to stdout";
    if (!options.inputs.empty())
        return from.names.empty() ? "-i and a URI are two sources: a pipe has one"
                                  : "-i and files are two sources: a pipe has one";
    if (!options.journal.empty() && from.names.empty())
        return "--journal is for files: read them with -i FILE (a Redis stream keeps its own "
               "place)";
    return std::nullopt;
}

}  // namespace grove::cmd
