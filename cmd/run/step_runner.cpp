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

/// `grove fetch` tells what is to be saved in its JSON line, and keeps no file that nobody asked
/// for.
extra_words words_for(const recipe_step& step, const verb_book& verbs) {
    extra_words words;
    if (step.call.is_program()) return words;
    if (discards_answers(step, verbs)) words.emplace_back("--output=/dev/null");
    if (step.save.empty()) return words;
    words.emplace_back("--json");
    for (const placed_pair& each : step.save) words.push_back("--tell=" + each.value.text);
    return words;
}

std::string how_it_ended(int returncode) {
    return returncode < 0 ? exit_status::killed_by(-returncode).text()
                          : exit_status::exited(returncode).text();
}

}  // namespace

std::string step_runner::run(const plan_node& node, std::size_t number) {
    duration pause = node.step->retry_pause;
    for (unsigned left = node.step->retries;; --left) {
        std::string failure = attempt(node, number);
        if (failure.empty() || left == 0) return failure;
        journal_.wrote(number, true,
                       fmt::format("failed, tried again in {}: {}", format_duration(pause),
                                   failure.substr(0, failure.find('\n'))));
        sleep_for(pause);
        pause = std::min(pause * 2, longest_pause);
    }
}

std::string step_runner::attempt(const plan_node& node, std::size_t number) {
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
            const auto status = child.wait(until);
            if (status) return judge(node, child, status->returncode(), deadline::now() - begin);
            child.stop(SIGTERM, grace_);
            return fmt::format("was not done within {}", format_duration(*step.timeout));
        } catch (...) {
            // Whatever interrupts the step, its program ends as it would by Ctrl-C.
            const shield until_done;
            child.stop(SIGTERM, grace_);
            throw;
        }
    } catch (const service_failed&) {
        throw;
    } catch (const std::runtime_error& e) {
        return values_.secrets()(e.what());
    }
}

std::string step_runner::judge(const plan_node& node, const captured_child& child, int returncode,
                               duration took) {
    const recipe_step& step = *node.step;
    if (step.call.is_program()) {
        std::string failure = judge_program(node, child, returncode, took);
        return failure.empty() ? save_program(node, child, returncode, took) : failure;
    }
    if (returncode != 0) return how_it_ended(returncode);
    return step.save.empty() ? std::string() : save_told(node, child.kept(output_stream::out));
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

std::string step_runner::save_program(const plan_node& node, const captured_child& child,
                                      int returncode, duration took) {
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
    boost::json::error_code wrong;
    const auto line = boost::json::parse(out.substr(0, out.find('\n')), wrong);
    const boost::json::value* const told =
        !wrong && line.is_object() ? line.as_object().if_contains("told") : nullptr;
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
