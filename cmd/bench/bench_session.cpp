// SPDX-License-Identifier: MIT
#include "cmd/bench/bench_session.hpp"

#include "cmd/bench/report/bench_html.hpp"
#include "cmd/bench/report/bench_report.hpp"
#include "cmd/bench/report/shift_estimate.hpp"
#include "cmd/common/descriptors.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/common/secrets.hpp"
#include "cmd/common/signals.hpp"
#include "cmd/common/units.hpp"

#include <grove/file.hpp>
#include <grove/timeout.hpp>

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>

namespace grove::cmd {
namespace {

std::string name_of(const bench_options& options, const load_plan& plan) {
    if (plan.requests.size() > 1) return fmt::format("{} URLs", plan.requests.size());
    return mask_url(options.urls.empty() ? plan.destinations[0].label : options.urls[0]);
}

/// The same requests to another place.
load_plan plan_to(const std::string& url, bench_options options) {
    options.urls = {url};
    options.input.clear();
    return plan_of(options);
}

std::string runs_text(std::size_t count) {
    return count == 1 ? "a run" : fmt::format("{} runs", count);
}

bool exists(const std::string& path) {
    struct stat there {};

    return ::stat(path.c_str(), &there) == 0;
}

}  // namespace

// --- before the load ---

bench_session::bench_session(const bench_options& options, output& out)
    : options_(options),
      out_(out),
      rounds_(runs_of(options)),
      mine_{.name = "this", .target = {}, .plan = plan_of(options), .runs = {}} {
    mine_.target = name_of(options, *mine_.plan);
    prepare_files();
    if (!options.compare.empty()) prepare_base();
}

void bench_session::prepare_files() {
    if (!options_.hlog.empty()) {
        check_report_file("--hlog", options_.hlog);
        log_.emplace("grove " GROVE_VERSION ": bench " + mine_.target);
    }
    if (!options_.html.empty()) check_report_file("--html", options_.html);
    if (options_.save.empty()) return;
    check_report_file("--save", options_.save);
    if (options_.saving == save_mode::replace || is_written_through(options_.save)) return;
    if (!exists(options_.save)) return;
    saved_bench there = read_saved(options_.save);
    const auto changed = differences(there.on, this_machine());
    if (!changed.empty()) {
        throw std::invalid_argument(fmt::format("{} was not measured here ({}): leave out --append",
                                                options_.save, fmt::join(changed, "; ")));
    }
    before_ = std::move(there.runs);
    if (before_.size() + rounds_ > most_samples) {
        throw std::invalid_argument(fmt::format("{} has {}: more than {} are not compared",
                                                options_.save, runs_text(before_.size()),
                                                most_samples));
    }
}

void bench_session::prepare_base() {
    base_.emplace();
    base_->name = "base";
    if (compares_servers(options_)) {
        base_->target = mask_url(options_.compare);
        base_->plan = plan_to(options_.compare, options_);
        base_->plan->seed = mine_.plan->seed;
        return;
    }
    saved_bench saved = read_saved(options_.compare);
    base_->target = options_.compare;
    base_->runs = std::move(saved.runs);
    changed_ = differences(saved.on, this_machine());
    const std::size_t all = before_.size() + rounds_;
    if (base_->runs.size() < least_samples || base_->runs.size() > most_samples) {
        throw std::invalid_argument(fmt::format(
            "{} has {}: a comparison rests on {} to {} a side (see --repeat)", options_.compare,
            runs_text(base_->runs.size()), least_samples, most_samples));
    }
    if (all < least_samples) {
        throw std::invalid_argument(
            fmt::format("{} will have {}: a comparison rests on {} a side (see --repeat)",
                        options_.save, runs_text(all), least_samples));
    }
}

/// Runs that can be set beside this side's.
saved_bench bench_session::read_saved(const std::string& path) const {
    const std::string text = read_file(path);
    saved_bench saved;
    try {
        saved = saved_bench_of(text);
    } catch (const std::invalid_argument& e) {
        throw std::invalid_argument(path + " " + e.what());
    }
    if (const auto other = difference(facts_of(*mine_.plan), saved.plan))
        throw std::invalid_argument(path + ": was measured otherwise: " + *other);
    return saved;
}

// --- the load ---

exit_code bench_session::execute() {
    out_.set_wait_writable(wait_writable);
    const on_exit no_more_waiting([this] { out_.set_wait_writable({}); });
    out_.on_lost([this] { stop(); });
    const stop_signals signals([this](int) { stop(); });
    const run_end how = measure_all();
    if (mine_.runs.empty()) return merge(signals.code(), exit_code::shortfall);
    show_all();
    exit_code code = signals.code();
    if (how == run_end::late) {
        out_.error("the deadline of " + show_duration(*options_.deadline) + " is over");
        code = merge(code, exit_code::deadline);
    }
    code = merge(code, judge());
    if (how == run_end::done) {
        if (base_) compared_ = compare(base_->runs, all_runs(), tolerance_of(options_));
        if (base_) code = merge(code, tell_comparison());
        if (!options_.save.empty()) save();
    } else if (!options_.save.empty() || base_) {
        out_.warning("not all runs were made: none is saved or compared");
    }
    write_reports();
    return how == run_end::unreachable ? merge(code, exit_code::shortfall) : code;
}

run_end bench_session::measure_all() {
    const deadline until = options_.deadline ? deadline(*options_.deadline) : never;
    for (std::size_t round = 0; round < rounds_; ++round) {
        std::array<side*, 2> order{&mine_, base_ && base_->plan ? &*base_ : nullptr};
        if (round % 2 == 0) std::swap(order[0], order[1]);
        for (side* one : order) {
            if (one == nullptr) continue;
            const run_end how = measure(*one, round, until);
            if (how != run_end::done) return how;
        }
    }
    return run_end::done;
}

run_end bench_session::measure(side& of, std::size_t round, deadline until) {
    if (stopped_) return run_end::stopped;
    if (until.expired()) return run_end::late;
    bench_run run(*of.plan, of.target, out_);
    running_ = &run;
    const on_exit no_longer([this] { running_ = nullptr; });
    const run_end how = run.execute(until, [&](duration begin, duration length, const tally& seen) {
        log_second(of, run.result(), begin, length, seen);
    });
    if (how == run_end::unreachable) return stopped_ ? run_end::stopped : how;
    of.runs.push_back(run.result());
    if (rounds_ > 1 || base_) show_run(of);
    // Other arrivals in the next run, and the same ones for both sides.
    of.plan->seed += round + 1;
    return how;
}

void bench_session::stop() {
    stopped_ = true;
    if (running_ != nullptr) running_->stop();
}

void bench_session::log_second(const side& of, const bench_result& run, duration begin,
                               duration length, const tally& seen) {
    if (!log_) return;
    const wall_time at = run.began + std::chrono::duration_cast<wall_time::duration>(begin);
    const bool is_base = &of != &mine_;
    log_->add(is_base ? "base" : "", at, length, seen.latency);
    if (run.open) log_->add(is_base ? "base.raw" : "raw", at, length, seen.service);
}

// --- after it ---

void bench_session::show_run(const side& of) const {
    const bench_result& run = of.runs.back();
    if (options_.talk.json) {
        json_object line;
        line.add("side", of.name).add("run", of.runs.size());
        add_to(line, run);
        return out_.json(line.text());
    }
    const histogram& seen = run.seen.latency;
    out_.say(fmt::format("{} {} of {}: {}  p50 {}  p99 {}  errors {:.2f} %",
                         base_ ? of.name : "run", of.runs.size(), rounds_, show_events(run.rate()),
                         show_latency(latency_at(seen, 50)), show_latency(latency_at(seen, 99)),
                         run.seen.error_ratio() * 100));
}

void bench_session::show_all() const {
    const bench_result all = pooled(mine_.runs);
    if (!options_.talk.json) {
        if (options_.tell.empty()) out_.write(to_table(all));
        for (const std::string& doubt : all.doubts()) out_.warning(doubt);
    } else if (rounds_ == 1 && !base_) {
        out_.json(to_json(all));
    }
    if (options_.talk.json || !base_ || base_->runs.empty()) return;
    for (const std::string& doubt : pooled(base_->runs).doubts()) out_.warning("base: " + doubt);
}

exit_code bench_session::judge() const {
    const bench_result all = pooled(mine_.runs);
    // Whether bad statuses will do, expectations say.
    const std::uint64_t useless = options_.expect.empty() ? all.seen.bad_statuses : 0;
    exit_code code = all.seen.answers > useless ? exit_code::ok : exit_code::shortfall;
    std::optional<bench_result> base;
    if (base_ && !base_->runs.empty()) base = pooled(base_->runs);
    const bench_source source(all, base ? &*base : nullptr);
    for (const expression& each : options_.expect) {
        const verdict held = each.evaluate(source);
        if (held) continue;
        out_.error("not as expected: " + held.explanation);
        code = exit_code::shortfall;
    }
    return tell(source) ? code : merge(code, exit_code::shortfall);
}

/// Result: all that `--tell` asks for is there.
bool bench_session::tell(const bench_source& source) const {
    json_object line;
    line.open("told");
    bool all_there = true;
    for (const fact_path& each : options_.tell) {
        const auto found = each.read(source);
        if (!found) {
            out_.error(each.source() + " is absent (of what --tell asks for)");
            all_there = false;
        } else if (!options_.talk.json) {
            out_.line(found->text);
        } else if (found->is_json) {
            line.add_json(each.source(), found->text);
        } else {
            line.add(each.source(), found->text);
        }
    }
    if (options_.talk.json && !options_.tell.empty()) out_.json(line.text());
    return all_there;
}

std::vector<bench_result> bench_session::all_runs() const {
    std::vector<bench_result> all = before_;
    all.insert(all.end(), mine_.runs.begin(), mine_.runs.end());
    return all;
}

exit_code bench_session::tell_comparison() const {
    const comparison& seen = *compared_;
    if (options_.talk.json) {
        json_object line;
        line.open("comparison").add("base", base_->target).add("target", mine_.target);
        line.add("interleaved", base_->plan.has_value()).add("same_machine", changed_.empty());
        add_to(line, seen);
        out_.json(line.text());
    } else if (options_.tell.empty()) {
        out_.write(fmt::format("\n  compared with {}: {} there, {} here{}\n\n{}", base_->target,
                               runs_text(seen.base_runs), runs_text(seen.runs),
                               base_->plan ? ", in turns" : "", to_table(seen)));
    }
    if (!changed_.empty()) {
        out_.warning(fmt::format("{} was measured elsewhere ({}): a change may be the machine's",
                                 base_->target, fmt::join(changed_, "; ")));
    }
    if (!base_->plan && (seen.has(change::worse) || seen.has(change::better))) {
        out_.warning(base_->target +
                     " was measured at another time: some percent may be the machine's "
                     "(--compare URL takes turns)");
    }
    if (!seen.has(change::worse)) return exit_code::ok;
    out_.error("worse than " + base_->target + ": " + seen.list(change::worse));
    return exit_code::shortfall;
}

void bench_session::save() const {
    const saved_bench all{.on = this_machine(), .plan = facts_of(*mine_.plan), .runs = all_runs()};
    write_report(options_.save, to_json(all), out_);
}

void bench_session::write_reports() const {
    if (log_) write_report(options_.hlog, log_->text(), out_);
    if (options_.html.empty()) return;
    html_report page{
        .runs = mine_.runs, .plan = facts_of(*mine_.plan), .on = this_machine(), .compared = {}};
    if (compared_) {
        page.compared = {
            .name = base_->target, .runs = base_->runs, .seen = *compared_, .changed = changed_};
    }
    write_report(options_.html, to_html(page), out_);
}

}  // namespace grove::cmd
