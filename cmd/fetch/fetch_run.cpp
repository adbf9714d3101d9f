// SPDX-License-Identifier: MIT
#include "cmd/fetch/fetch_run.hpp"

#include "cmd/common/descriptors.hpp"
#include "cmd/common/secrets.hpp"
#include "cmd/common/signals.hpp"
#include "cmd/fetch/fetch_setup.hpp"
#include "cmd/fetch/retry_after.hpp"
#include "cmd/fetch/special_file.hpp"

#include <grove/error.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::size_t shown_transfers = 4;
constexpr std::chrono::hours longest_pause{1};

/// More of the same cannot succeed.
bool is_hopeless(int file_error) noexcept {
    constexpr std::array errors{ENOSPC, EDQUOT, EROFS};
    return std::ranges::find(errors, file_error) != errors.end();
}

std::optional<duration> wish_of(const attempt_result& result) {
    if (!result.retry_after) return std::nullopt;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return parse_retry_after(*result.retry_after, now, longest_pause);
}

std::size_t fitting_transfers(const fetch_options& options, output& out) {
    const std::size_t wanted = transfers_at_once(options);
    const std::size_t fit = transfers_that_fit(wanted, raise_descriptor_limit());
    if (fit < wanted) {
        out.warning("the limit on open files allows " + std::to_string(fit) +
                    " transfers at once, not " + std::to_string(wanted) + " (see ulimit -n)");
    }
    return fit;
}

}  // namespace

fetch_run::fetch_run(const fetch_options& options, output& out)
    : options_(options),
      out_(out),
      report_(options, out),
      meter_(out),
      pattern_(pattern_of(options.output)),
      limit_(fitting_transfers(options, out)),
      client_(client_options_of(options, limit_)),
      plan_{.options = options, .client = client_, .form = request_of(options)},
      policy_({.retries = options.retries, .methods = options.retry}),
      random_(options.seed ? *options.seed : std::random_device{}()),
      source_(options, [this](const std::string& text) { report_.bad_line(text); }),
      queue_({.per_host = options.per_host, .rate = options.rate ? options.rate->per_second : 0}) {
    if (options.limit_rate) {
        limiter_.emplace(options.limit_rate->bytes_per_second);
        plan_.limiter = &*limiter_;
    }
    plan_.keep_sha256 = options.talk.json || looks_at(options, "sha256");
    plan_.keep_body = looks_at(options, "body") || looks_at(options, "json");
    plan_.keep_headers = looks_at(options, "header");
    plan_.follow_names = pattern_.follows_content_disposition();
    const bool files = pattern_.what() != output_pattern::kind::standard_output;
    if (files && !options.dry_run) folder_.emplace(pattern_.folder());
    refuse_folder();
}

/// `-o d` where d is a folder: said before a body is fetched for nothing.
void fetch_run::refuse_folder() const {
    if (pattern_.what() != output_pattern::kind::file || !folder_) return;
    if (folder_->is_folder(pattern_.path({}))) {
        throw_error(EISDIR, options_.output + " is a folder (write -o " + options_.output + "/)");
    }
}

exit_code fetch_run::execute() {
    out_.set_wait_writable(wait_writable);
    const on_exit no_more_waiting([this] { out_.set_wait_writable({}); });
    out_.on_lost([this] { stop(exit_code::ok); });
    const stop_signals signals([this](int) { stop_gently(); });
    if (options_.deadline) {
        give_up_at_ = *options_.deadline;
    }
    const deadline whole = give_up_at_;
    auto feeder = spawn(spawn_options{.name = "reader of lists"}, [this] { feed(); });
    while (!idle()) {
        start_ready();
        wait_for_news();
        if (!stopping_ && whole.expired()) stop(exit_code::deadline);
        if (stopping_ && (give_up_at_.expired() || out_.lost())) kill_rest();
    }
    feeder.kill();
    report_rest();
    meter_.finish();
    if (stop_code_ == exit_code::deadline) {
        out_.error("the deadline of " + show_duration(*options_.deadline) + " is over; " +
                   std::to_string(report_.unfinished()) + " not finished");
    }
    report_.finish();
    return merge(signals.code(), merge(stop_code_, report_.code()));
}

bool fetch_run::idle() const {
    return running_ == 0 && (stopping_ || (list_ended_ && queue_.waiting() == 0));
}

// --- reading ---

void fetch_run::feed() {
    try {
        while (auto item = source_.next()) {
            enlist(std::move(*item));
            while (queue_.full()) {
                news_.set();
                room_.clear();
                room_.wait();
            }
        }
    } catch (const std::system_error& e) {
        report_.bad_line(e.what());
        stop(exit_code::environment);
    }
    list_ended_ = true;
    news_.set();
}

void fetch_run::enlist(fetch_item item) {
    ++listed_;
    try {
        job ready = prepare(item);
        if (options_.dry_run) {
            list_only(ready);
            return;
        }
        const std::string host = ready.place().host;
        queue_.add(host, std::move(ready), deadline::now());
    } catch (const std::invalid_argument& e) {
        report_.unusable(item, e.what());
    }
    constexpr std::size_t first_batch = 64;  // let the first transfers start while the list is read
    if (queue_.waiting() % first_batch == 1) {
        news_.set();
        if (running_ < limit_) yield();
    }
}

/// Leaves `item` alone when it throws.
job fetch_run::prepare(fetch_item& item) {
    job made;
    made.places.push_back(places_.read(item.url));
    for (const std::string& mirror : item.mirrors) made.places.push_back(places_.read(mirror));
    made.retry = retry_state(made.places.size());
    made.number = ++number_;
    if (pattern_.what() == output_pattern::kind::standard_output) {
        made.to_stream = true;
    } else {
        made.path = pattern_.path({.url = item.url, .out = item.out, .number = number_});
        made.to_stream = is_special(made.path);
        if (!made.to_stream) made.path = claims_.claim(made.path);
    }
    made.item = std::move(item);
    return made;
}

/// Only a path that the person wrote can mean a device; a derived name replaces what is there.
bool fetch_run::is_special(const std::string& path) const {
    return pattern_.what() == output_pattern::kind::file && folder_ && folder_->is_special(path);
}

void fetch_run::list_only(const job& what) {
    if (options_.talk.json) {
        result_record record;
        record.url = what.item.url;
        record.final_url = mask_url(what.place().url);
        record.file = what.path;
        record.line = what.item.line;
        out_.json(to_json(record));
        return;
    }
    const std::string where =
        pattern_.folder() == "." ? what.path : pattern_.folder() + '/' + what.path;
    out_.line(mask_url(what.place().url) + '\t' + (what.path.empty() ? "-" : where));
}

// --- running ---

void fetch_run::start_ready() {
    while (!stopping_ && running_ < limit_) {
        auto started = queue_.next(deadline::now());
        if (!started) break;
        ++running_;
        workers_.spawn([this, what = std::move(started->item), host = started->host]() mutable {
            work(std::move(what), host);
        });
    }
    if (!queue_.full()) room_.set();
}

void fetch_run::work(job what, queue::host_id host) {
    const on_exit done([this, host] {
        --running_;
        queue_.finished(host, deadline::now());
        news_.set();
    });
    result_record record;
    record.url = what.item.url;
    record.line = what.item.line;
    attempt_result result;
    try {
        if (!skip_existing(what, record)) attempt(what, record, result);
    } catch (const interrupt&) {
        report_.stopped(what);
        throw;
    }
    if (result.ask_whole || record.error) {
        after_failure(std::move(what), record, result);
        return;
    }
    report_.ended(what, record);
}

bool fetch_run::skip_existing(const job& what, result_record& record) {
    if (!options_.skip_existing || !folder_) return false;
    record.skipped = folder_->contains(what.path);
    if (record.skipped) record.file = folder_->display(what.path);
    return record.skipped;
}

void fetch_run::attempt(job& what, result_record& record, attempt_result& result) {
    record.attempts = ++what.attempts;
    try {
        if (what.to_stream)
            attempt_to_stream(what, record, result);
        else
            attempt_to_file(what, record, result);
    } catch (const std::system_error& e) {
        result.file_error = e.code().value();
        record.error = {failure_class::file, e.what(), 0};
    }
}

void fetch_run::run_tracked(const job& what, body_target& target, result_record& record,
                            attempt_result& result) {
    const auto me = active_.insert(active_.end(), {what.path, &target});
    const on_exit forget([this, me] {
        received_ += me->target->received();
        active_.erase(me);
    });
    result = run_attempt(plan_, what, target, record);
}

void fetch_run::attempt_to_stream(job& what, result_record& record, attempt_result& result) {
    std::optional<special_file> device;
    if (folder_) device.emplace(*folder_, what.path);
    stream_target target([&](std::string_view bytes) {
        if (device)
            device->write(bytes);
        else
            out_.write(bytes);
    });
    run_tracked(what, target, record, result);
    target.drain();
    if (!device) out_.flush();
    result.spent = target.is_spent();
}

void fetch_run::attempt_to_file(job& what, result_record& record, attempt_result& result) {
    const bool first = what.part == nullptr;
    if (first) {
        what.part =
            std::make_unique<part_file>(*folder_, what.path, part_options{.shelf = &shelf_});
    }
    const bool take_over = first && (options_.resume || what.attempts > 1);
    file_target target(*what.part, take_over ? file_target::earlier_part::take_over
                                             : file_target::earlier_part::ignore);
    run_tracked(what, target, record, result);
    if (!record.error) commit(what, record, result);
}

void fetch_run::commit(job& what, result_record& record, const attempt_result& result) {
    if (!result.content_disposition.empty() && what.item.out.empty()) {
        const std::string named = pattern_.path({.url = what.item.url,
                                                 .out = {},
                                                 .content_disposition = result.content_disposition,
                                                 .number = what.number});
        if (named != what.path) what.path = claims_.claim(named);
    }
    // An expectation may accept an answer that is no file, such as a 404 or that to a HEAD.
    if (result.has_body) {
        what.part->commit(what.path);
        record.file = folder_->display(what.path);
    }
    what.part.reset();
}

void fetch_run::after_failure(job&& what, result_record& record, const attempt_result& result) {
    const deadline now = deadline::now();
    if (result.ask_whole && !std::exchange(what.asked_whole, true)) {
        what.part->begin({});  // drops what is there
        const std::string host = what.place().host;
        queue_.add(host, std::move(what), now);
        return;
    }
    const std::optional<duration> wish = wish_of(result);
    const retry_step step =
        policy_.after(what.retry, record.error, plan_.form.method, wish, random_);
    pause_host(what, record, wish, step.wait);
    const bool again = step.what != retry_step::action::give_up && !stopping_ && !result.spent;
    if (!again) {
        if (what.part)
            what.part->abandon(is_transient(record.error) ? leftover::keep : leftover::discard);
        report_.ended(what, record);
        if (is_hopeless(result.file_error)) stop(exit_code::environment);
        const auto total = list_ended_ ? std::optional(listed_) : std::nullopt;
        if (options_.max_failures.reached(report_.failed(), report_.finished(), total)) {
            stop(exit_code::shortfall);
        }
        return;
    }
    out_.detail(mask_url(what.item.url) + ": " + record.error.text + "; trying again" +
                (step.wait > duration::zero() ? " in " + show_duration(step.wait) : ""));
    if (what.part && !what.part->point()) what.part.reset();
    const std::string host = what.place().host;
    if (step.what == retry_step::action::now)
        queue_.add(host, std::move(what), now);
    else
        queue_.add_later(host, std::move(what), now + step.wait, now);
}

void fetch_run::pause_host(const job& what, const result_record& record,
                           std::optional<duration> retry_after, duration wait) {
    const bool busy = record.error.status == 429 || record.error.status == 503;
    if (record.error.kind != failure_class::status || !busy) return;
    const deadline now = deadline::now();
    const duration pause = std::max(retry_after.value_or(wait), duration::zero());
    queue_.pause(what.place().host, now + pause, now);
    out_.detail(what.place().host + " asks for a pause of " + show_duration(pause));
}

// --- stopping ---

void fetch_run::stop(exit_code why) {
    if (stopping_) return;
    stopping_ = true;
    stop_code_ = why;
    const bool graceful = why == exit_code::ok && !out_.lost();
    give_up_at_ = graceful ? std::min(give_up_at_, deadline(options_.grace)) : deadline::now();
    room_.set();
    news_.set();
}

void fetch_run::stop_gently() {
    if (running_ != 0) {
        out_.say("stopping: what runs may end within " + show_duration(options_.grace) +
                 "; once more ends at once");
    }
    stop(exit_code::ok);
}

void fetch_run::kill_rest() {
    workers_.kill();
}

void fetch_run::report_rest() {
    for (const job& rest : queue_.drain()) report_.stopped(rest);
}

void fetch_run::wait_for_news() {
    deadline until = std::min({out_.tick(), meter_.next(), give_up_at_});
    if (const auto wakeup = queue_.next_wakeup(); wakeup && !stopping_ && running_ < limit_) {
        until = std::min(until, *wakeup);
    }
    if (!idle()) news_.wait(until);
    news_.clear();
    show_progress();
}

void fetch_run::show_progress() {
    if (!meter_.shows() || !meter_.next().expired()) return;
    meter_.tick([this](progress_model& model) { fill(model); });
}

void fetch_run::fill(progress_model& model) const {
    model.done = report_.done();
    model.failed = report_.failed();
    if (list_ended_) model.total = listed_;
    model.active = running_;
    model.bytes = received_;
    // How much is still to come is known once all that is left is under way, each announced.
    bool announced = list_ended_ && report_.finished() + active_.size() == listed_;
    std::uint64_t missing = 0;
    for (const active_job& one : active_) {
        const std::uint64_t size = one.target->size();
        const std::optional<std::uint64_t> total = one.target->total();
        model.bytes += one.target->received();
        announced = announced && total;
        missing += std::max(total.value_or(size), size) - size;
        if (model.transfers.size() < shown_transfers) {
            model.transfers.push_back({.name = one.name, .bytes = size, .total = total});
        }
    }
    if (announced) model.total_bytes = model.bytes + missing;
}

}  // namespace grove::cmd
