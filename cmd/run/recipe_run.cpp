// SPDX-License-Identifier: MIT
#include "cmd/run/recipe_run.hpp"

#include "cmd/common/descriptors.hpp"
#include "cmd/common/units.hpp"
#include "cmd/run/recipe/call_words.hpp"
#include "cmd/run/recipe/recipe_facts.hpp"

#include <grove/error.hpp>
#include <grove/timeout.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

namespace grove::cmd {
namespace {

std::string again_of(const run_options& options) {
    std::string text = "grove run";
    if (!options.file.empty()) text += ' ' + quoted_word(options.file.front());
    for (const given_value& each : options.set)
        text += " --set " + quoted_word(each.name + '=' + each.value);
    return text + " --only";
}

void leave_nothing() noexcept {
    kill_process_tree();
    run_values::remove_empty_folder();
}

std::size_t usual_jobs() {
    return std::max<std::size_t>(4, 2 * std::size_t{std::thread::hardware_concurrency()});
}

}  // namespace

recipe_run::recipe_run(const run_options& options, const checked_recipe& of, const run_plan& plan,
                       const verb_book& verbs, output& out)
    : options_(options),
      of_(of),
      plan_(plan),
      out_(out),
      signals_([this](int number) { interrupted(number); }, leave_nothing),
      values_(of),
      tasks_(plan.nodes.size()),
      jobs_(options.jobs ? *options.jobs : of.what.jobs.value_or(usual_jobs())),
      runner_(verbs, values_, journal_, options.grace),
      services_(
          of, plan, verbs, values_, journal_,
          [this](std::size_t service, const std::string& why) { service_died(service, why); }),
      reports_(options, of, journal_, out) {
    enlist();
}

recipe_run::~recipe_run() = default;

void recipe_run::enlist() {
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
        const plan_node& node = plan_.nodes[i];
        tasks_[i].record = journal_.add({.id = node.id,
                                         .verb = node.step->call.verb,
                                         .place = node.step->offset,
                                         .is_final = node.final});
        tasks_[i].services = services_.behind(node.services);
        services_.claim(tasks_[i].services);
    }
}

exit_code recipe_run::execute() {
    out_.set_wait_writable(wait_writable);
    const on_exit no_more_waiting([this] { out_.set_wait_writable({}); });
    run_console console(out_, journal_, of_.what, again_of(options_));
    reports_.begin();
    tick_ = [&console] { return console.tick(); };
    const on_exit no_more_ticks([this] { tick_ = {}; });
    const auto limit = options_.deadline ? options_.deadline : of_.what.deadline;
    if (limit) until_ = *limit;
    read_secrets();
    run_phase(phase::steps);
    run_phase(phase::finals);
    services_.wait_ended();
    console.finish();
    const exit_code how = merge(signals_.code(), code());
    phase_ = phase::reports;
    reports_.finish(how);
    return how;
}

exit_code recipe_run::code() const {
    const bool fell_short = journal_.count(task_state::failed) > 0 || services_.any_failed();
    return merge(stop_code_, fell_short ? exit_code::shortfall : exit_code::ok);
}

/// Whoever waits long for a secret can be stopped as by a step.
void recipe_run::read_secrets() {
    auto reading = spawn([this] {
        const on_exit done([this] { news_.set(); });
        values_.read_secrets();
    });
    while (!reading.ready() && !stopping_) wait_for_news();
    if (!stopping_) reading.get();
}

bool recipe_run::is_on(std::size_t number) const {
    return plan_.nodes[number].final == (phase_ == phase::finals);
}

bool recipe_run::is_phase_over() const {
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
        if (!is_on(i)) continue;
        if (tasks_[i].state == task_state::waiting || tasks_[i].state == task_state::running)
            return false;
    }
    return true;
}

void recipe_run::run_phase(phase which) {
    phase_ = which;
    for (;;) {
        if (stopping_ && which == phase::steps) cancel_steps();
        start_ready();
        if (is_phase_over()) break;
        wait_for_news();
    }
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
        if (is_on(i) && tasks_[i].life.valid()) tasks_[i].life.join();
    }
}

bool recipe_run::may_start(std::size_t number) const {
    return std::ranges::all_of(plan_.nodes[number].after, [this](std::size_t each) {
        return tasks_[each].state != task_state::waiting &&
               tasks_[each].state != task_state::running;
    });
}

void recipe_run::start_ready() {
    // What is skipped may let others start, or be skipped.
    for (bool changed = true; changed;) {
        changed = false;
        for (std::size_t i = 0; i < tasks_.size() && running_ < jobs_; ++i) {
            task& one = tasks_[i];
            if (one.state != task_state::waiting || !is_on(i) || !may_start(i)) continue;
            if (const std::string why = reason_to_skip(i); !why.empty()) {
                end(i, task_state::skipped, why);
                services_.release(one.services);
                changed = true;
                continue;
            }
            one.state = task_state::running;
            ++running_;
            one.life = spawn(spawn_options{.name = plan_.nodes[i].id, .stack = stack_size::mib_1},
                             [this, i] { live(i); });
        }
    }
}

std::string recipe_run::reason_to_skip(std::size_t number) const {
    const plan_node& node = plan_.nodes[number];
    if (node.final) return reason_to_skip_final(*node.step);
    for (const std::size_t each : node.needs) {
        const bool goes_on = plan_.nodes[each].step->on_fail == on_failure::go_on;
        if (tasks_[each].state == task_state::passed || goes_on) continue;
        return fmt::format("needs {}, which {}", plan_.nodes[each].id,
                           tasks_[each].state == task_state::failed ? "failed" : "did not run");
    }
    return node.step->when_true ? reason_of_condition(node) : std::string();
}

std::string recipe_run::reason_of_condition(const plan_node& node) const {
    const recipe_facts facts(of_.what, *node.step);
    expression condition;
    static_cast<void>(expression::parse(node.step->when_true->text, facts.all(), condition));
    const name_lookup names = values_.lookup({node.step, nullptr}, &node.matrix);
    const verdict held = condition.evaluate(recipe_fact_source(facts, names));
    return held ? std::string() : "only when " + values_.secrets()(held.explanation);
}

std::string recipe_run::reason_to_skip_final(const recipe_step& step) const {
    const bool cancelled = is_by_signal(stop_code_) || stop_code_ == exit_code::deadline;
    const bool any_failed = journal_.count(task_state::failed) > 0 || services_.any_failed();
    switch (step.when) {
        case final_when::failed:
            return any_failed ? "" : "only after a failure";
        case final_when::passed:
            return any_failed || cancelled ? "only after success" : "";
        case final_when::cancelled:
            return cancelled ? "" : "only when the run is cancelled";
        case final_when::always:
            break;
    }
    return {};
}

void recipe_run::live(std::size_t number) {
    task& mine = tasks_[number];
    const on_exit done([this, &mine] {
        --running_;
        services_.release(mine.services);
        news_.set();
    });
    try {
        services_.wait_ready(mine.services);
        const std::string failure = runner_.run(plan_.nodes[number], mine.record);
        end(number, failure.empty() ? task_state::passed : task_state::failed, failure);
    } catch (const service_failed& e) {
        end(number, task_state::failed, e.what());
    } catch (const std::exception& e) {
        end(number, task_state::failed, values_.secrets()(e.what()));
    } catch (const interrupt&) {
        end(number, task_state::cancelled, stop_reason_);
        throw;
    }
}

void recipe_run::end(std::size_t number, task_state how, const std::string& reason) {
    tasks_[number].state = how;
    journal_.ended(tasks_[number].record, how, reason);
    if (how == task_state::failed) failed(number);
    news_.set();
}

void recipe_run::failed(std::size_t number) {
    const recipe_step& step = *plan_.nodes[number].step;
    const on_failure rule =
        step.on_fail.value_or(of_.what.fail_fast ? on_failure::stop : on_failure::skip_rest);
    if (rule == on_failure::stop && !plan_.nodes[number].final)
        stop(exit_code::shortfall, plan_.nodes[number].id + " failed");
}

void recipe_run::service_died(std::size_t service, const std::string& why) {
    for (task& each : tasks_) {
        const bool uses = std::ranges::find(each.services, service) != each.services.end();
        if (each.state == task_state::running && uses && each.life.valid())
            each.life.request_kill(std::make_exception_ptr(service_failed(why)));
    }
}

void recipe_run::interrupted(int signal) {
    if (phase_ == phase::reports) return;  // it is over
    out_.say("stopping: what runs is told to end; once more ends at once");
    stop(by_signal(signal), "the run was interrupted");
}

void recipe_run::stop(exit_code why, const std::string& reason) {
    if (stopping_ && !is_by_signal(why)) return;
    stop_code_ = merge(why, stop_code_);
    stop_reason_ = reason;
    stopping_ = true;
    news_.set();
}

/// What runs is told to end, what waits never begins.
void recipe_run::cancel_steps() {
    for (std::size_t i = 0; i < tasks_.size(); ++i) {
        task& one = tasks_[i];
        if (!is_on(i)) continue;
        if (one.state == task_state::waiting) {
            end(i, task_state::cancelled, {});
            services_.release(one.services);
        } else if (one.state == task_state::running && !one.cancelled) {
            one.cancelled = true;
            one.life.request_kill();
        }
    }
}

void recipe_run::wait_for_news() {
    deadline until = std::min(out_.tick(), until_);
    if (tick_) until = std::min(until, tick_());
    news_.wait(until);
    news_.clear();
    if (!until_.expired()) return;
    until_ = never;
    if (phase_ == phase::steps) stop(exit_code::deadline, "the deadline is over");
}

}  // namespace grove::cmd
