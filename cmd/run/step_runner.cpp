// SPDX-License-Identifier: MIT
#include "cmd/run/step_runner.hpp"

#include "cmd/common/fact_path.hpp"
#include "cmd/run/captured_child.hpp"
#include "cmd/run/recipe/call_words.hpp"
#include "cmd/run/recipe/program_facts.hpp"
#include "cmd/run/service_host.hpp"
#include "cmd/run/task_command.hpp"

#include <grove/error.hpp>
#include <grove/timeout.hpp>

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration longest_pause = 1min;

bool tells(const recipe_step& step, const verb_book& verbs) {
    const verb* const of = verbs.find(step.call.verb);
    if (of == nullptr) return false;
    const auto& names = verbs.option_names(*of);
    return std::ranges::find(names, "tell") != names.end();
}

/// What a verb is asked to say of itself for `save` and `retry.on`. `grove fetch` keeps no file
/// that nobody asked for.
extra_words words_for(const recipe_step& step, const verb_book& verbs) {
    extra_words words;
    if (step.call.is_program()) return words;
    if (discards_answers(step, verbs)) words.emplace_back("--output=/dev/null");
    const bool asks_status = step.retry_on && step.call.verb == "fetch";
    const bool told = !step.save.empty() && tells(step, verbs);
    // What poll prints for people is no answer to `json.address`.
    const bool polled = !step.save.empty() && step.call.verb == "poll";
    if (asks_status || told || polled) words.emplace_back("--json");
    if (!told) return words;
    for (const placed_pair& each : step.save) words.push_back("--tell=" + each.value.text);
    return words;
}

/// The first line of JSON that has `key`; null where there is none.
boost::json::value line_with(std::string_view key, std::string_view lines) {
    while (!lines.empty()) {
        const std::size_t end = std::min(lines.find('\n'), lines.size());
        boost::json::error_code wrong;
        boost::json::value line = boost::json::parse({lines.data(), end}, wrong);
        if (!wrong && line.is_object() && line.get_object().contains({key.data(), key.size()}))
            return line;
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
    return {};
}

/// Of a verb besides: the status in a line of its --json.
class attempt_source final : public fact_source {
 public:
    attempt_source(const program_source& program, const std::string& out)
        : program_(program), out_(out) {}

    [[nodiscard]] fact_value value(std::string_view name, std::string_view key) const override {
        if (name != "status") return program_.value(name, key);
        const boost::json::value line = line_with(name, out_);
        const auto* const status =
            line.is_object() ? line.get_object().if_contains("status") : nullptr;
        return status != nullptr && status->is_int64()
                   ? fact_value(static_cast<double>(status->get_int64()))
                   : fact_value();
    }

 private:
    const program_source& program_;
    const std::string& out_;
};

std::string how_it_ended(int returncode) {
    return returncode < 0 ? exit_status::killed_by(-returncode).text()
                          : exit_status::exited(returncode).text();
}

}  // namespace

std::string step_runner::run(const plan_node& node, std::size_t number) {
    duration pause = node.step->retry_pause;
    for (unsigned left = node.step->retries;; --left) {
        auto [failure, refusal] = attempt(node, number);
        if (failure.empty() || left == 0) return failure;
        if (!refusal.empty()) return failure + "\nnot tried again: " + refusal;
        journal_.wrote(number, true,
                       fmt::format("failed, tried again in {}: {}", format_duration(pause),
                                   failure.substr(0, failure.find('\n'))));
        sleep_for(pause);
        pause = std::min(pause * 2, longest_pause);
    }
}

step_runner::attempt_end step_runner::attempt(const plan_node& node, std::size_t number) {
    const recipe_step& step = *node.step;
    const name_lookup names = values_.lookup({&step, nullptr}, &node.matrix);
    const deadline begin = deadline::now();
    const deadline until = step.timeout ? deadline(*step.timeout) : never;
    try {
        const task_command command = command_of(step.call, step.env, step.cwd, values_, verbs_,
                                                names, words_for(step, verbs_));
        journal_.started(number, command.shown);
        captured_child child(command.child, values_.secrets(),
                             [this, number](output_stream from, const std::string& line) {
                                 journal_.wrote(number, from == output_stream::err, line);
                             });
        try {
            attempt_end end;
            auto status = child.wait(until);
            if (status) {
                end.failure = judge(node, child, status->returncode(), deadline::now() - begin);
            } else {
                status = child.stop(SIGTERM, grace_);
                end.failure = fmt::format("was not done within {}", format_duration(*step.timeout));
            }
            if (!end.failure.empty()) {
                end.refusal =
                    refusal_of(node, child, status->returncode(), deadline::now() - begin);
            }
            return end;
        } catch (...) {
            // Whatever interrupts the step, its program ends as it would by Ctrl-C.
            const shield until_done;
            child.stop(SIGTERM, grace_);
            throw;
        }
    } catch (const service_failed&) {
        throw;
    } catch (const std::runtime_error& e) {
        return {.failure = values_.secrets()(e.what()), .refusal = {}};
    }
}

std::string step_runner::refusal_of(const plan_node& node, const captured_child& child,
                                    int returncode, duration took) {
    const recipe_step& step = *node.step;
    if (!step.retry_on) return {};
    const auto text = expand(*step.retry_on, values_.lookup({&step, nullptr}, &node.matrix));
    if (!text) return step.retry_on->text + " has no value";
    expression wanted;
    if (const auto wrong = expression::parse(text->text, retry_facts(step.call.verb), wanted))
        return values_.secrets()("retry.on: " + wrong->what + ": " + text->text);
    const std::string& out = child.kept(output_stream::out);
    const program_source program(returncode, out, child.kept(output_stream::err), took);
    const verdict held = wanted.evaluate(attempt_source(program, out));
    return held ? std::string() : values_.secrets()(held.explanation);
}

std::string step_runner::judge(const plan_node& node, const captured_child& child, int returncode,
                               duration took) {
    const recipe_step& step = *node.step;
    std::string failure;
    if (step.call.is_program())
        failure = judge_program(node, child, returncode, took);
    else if (returncode != 0)
        failure = how_it_ended(returncode);
    if (!failure.empty() || step.save.empty()) return failure;
    return tells(step, verbs_) ? save_told(node, child.kept(output_stream::out))
                               : save(node, child, returncode, took);
}

std::string step_runner::judge_program(const plan_node& node, const captured_child& child,
                                       int returncode, duration took) {
    const name_lookup names = values_.lookup({node.step, nullptr}, &node.matrix);
    const program_source facts(returncode, child.kept(output_stream::out),
                               child.kept(output_stream::err), took);
    bool asks_exit = false;
    for (const placed_text& each : node.step->expect) {
        const auto text = expand(each, names);
        if (!text) return "expect: " + each.text + " has no value";
        expression wanted;
        if (const auto wrong = expression::parse(text->text, program_facts(), wanted))
            return values_.secrets()("expect: " + wrong->what + ": " + text->text);
        asks_exit = asks_exit || wanted.mentions("exit");
        if (const verdict held = wanted.evaluate(facts); !held)
            return "not as expected: " + values_.secrets()(held.explanation);
    }
    return returncode == 0 || asks_exit ? std::string() : how_it_ended(returncode);
}

std::string step_runner::save(const plan_node& node, const captured_child& child, int returncode,
                              duration took) {
    const program_source facts(returncode, child.kept(output_stream::out),
                               child.kept(output_stream::err), took);
    for (const placed_pair& each : node.step->save) {
        fact_path path;
        static_cast<void>(fact_path::parse(each.value.text, program_facts(), path));
        const auto found = path.read(facts);
        if (!found) return each.value.text + " is absent: nothing to save";
        values_.save(node.step->id, each.name, {found->text, found->is_json});
    }
    return {};
}

std::string step_runner::save_told(const plan_node& node, const std::string& out) {
    const boost::json::value line = line_with("told", out);
    const boost::json::value* const told =
        line.is_object() ? line.get_object().if_contains("told") : nullptr;
    if (told == nullptr || !told->is_object()) return "told nothing to save";
    for (const placed_pair& each : node.step->save) {
        const boost::json::value* const found = told->as_object().if_contains(each.value.text);
        if (found == nullptr) return each.value.text + " is absent: nothing to save";
        const bool is_text = found->is_string();
        values_.save(node.step->id, each.name,
                     {is_text ? std::string(found->as_string().c_str(), found->as_string().size())
                              : boost::json::serialize(*found),
                      !is_text});
    }
    return {};
}

}  // namespace grove::cmd
