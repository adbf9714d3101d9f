// SPDX-License-Identifier: MIT
#include "cmd/bench/bench_session.hpp"

#include "cmd/bench/bench_report.hpp"
#include "cmd/common/descriptors.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/common/secrets.hpp"
#include "cmd/common/signals.hpp"
#include "cmd/common/units.hpp"

#include <grove/file.hpp>
#include <grove/hub.hpp>
#include <grove/timeout.hpp>

#include <fmt/format.h>

#include <utility>

namespace grove::cmd {
namespace {

std::string name_of(const bench_options& options, const load_plan& plan) {
    if (plan.requests.size() > 1) return fmt::format("{} URLs", plan.requests.size());
    return mask_url(options.urls.empty() ? plan.destinations[0].label : options.urls[0]);
}

}  // namespace

bench_session::bench_session(const bench_options& options, output& out)
    : options_(options),
      out_(out),
      plan_(plan_of(options)),
      run_(plan_, name_of(options, plan_), out) {
    if (options.hlog.empty()) return;
    check_report_file("--hlog", options.hlog);
    log_.emplace("grove " GROVE_VERSION ": bench " + run_.result().target);
}

exit_code bench_session::execute() {
    out_.set_wait_writable(wait_writable);
    const on_exit no_more_waiting([this] { out_.set_wait_writable({}); });
    out_.on_lost([this] { run_.stop(); });
    const stop_signals signals([this](int) { run_.stop(); });
    const exit_code code = measure();
    return merge(signals.code(), code);
}

exit_code bench_session::measure() {
    const deadline until = options_.deadline ? deadline(*options_.deadline) : never;
    const run_end how =
        run_.execute(until, [this](duration begin, duration length, const tally& seen) {
            log_second(begin, length, seen);
        });
    if (how == run_end::unreachable) return exit_code::shortfall;
    show();
    if (how == run_end::late)
        out_.error("the deadline of " + show_duration(*options_.deadline) + " is over");
    keep();
    return merge(how == run_end::late ? exit_code::deadline : exit_code::ok, judge());
}

void bench_session::log_second(duration begin, duration length, const tally& seen) {
    if (!log_) return;
    const wall_time at =
        run_.result().began + std::chrono::duration_cast<wall_time::duration>(begin);
    log_->add("", at, length, seen.latency);
    if (plan_.open) log_->add("raw", at, length, seen.service);
}

void bench_session::show() const {
    const bench_result& result = run_.result();
    if (options_.talk.json) return out_.json(to_json(result));
    out_.write(to_table(result));
    for (const std::string& doubt : result.doubts()) out_.warning(doubt);
}

exit_code bench_session::judge() const {
    const bench_result& result = run_.result();
    exit_code code = result.seen.answers > 0 ? exit_code::ok : exit_code::shortfall;
    const bench_source source(result);
    for (const expression& each : options_.expect) {
        const verdict held = each.evaluate(source);
        if (held) continue;
        out_.error("not as expected: " + held.explanation);
        code = exit_code::shortfall;
    }
    return code;
}

void bench_session::keep() const {
    if (log_) write_file_atomically(options_.hlog, log_->text());
}

}  // namespace grove::cmd
