// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/call_check.hpp"

#include "cmd/common/command_line.hpp"
#include "cmd/common/fact_path.hpp"
#include "cmd/run/recipe/program_facts.hpp"
#include "cmd/run/recipe/recipe_facts.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::size_t most_looks = 64;

/// Where in `words` the problem is: in the word that ends with what it is about.
std::optional<std::size_t> place_in(const std::vector<placed_text>& words,
                                    const word_problem& problem) {
    if (problem.word.empty()) return std::nullopt;
    for (const placed_text& each : words) {
        if (each.text.ends_with(problem.word))
            return each.place(each.text.size() - problem.word.size() + problem.offset);
    }
    return std::nullopt;
}

std::string option_hint(const option& of) {
    if (!of.choices.empty()) return fmt::format("it is one of {}", fmt::join(of.choices, ", "));
    return {};
}

}  // namespace

std::vector<call_check::look> call_check::looks_at(const recipe_step& step) {
    std::vector<look> all{{.scope = {&step, nullptr}, .axes = {}}};
    for (const matrix_axis& axis : step.matrix) {
        std::vector<look> longer;
        for (const look& start : all) {
            for (const placed_text& value : axis.values) {
                if (longer.size() == most_looks) break;
                longer.push_back(start);
                longer.back().axes.push_back(&value);
            }
        }
        all = std::move(longer);
    }
    return all;
}

void call_check::check(const recipe_step& step) const {
    for (const look& each : looks_at(step)) {
        check_call(step.call, each);
        check_facts(step, each);
    }
    check_saves(step);
    check_condition(step);
}

void call_check::check_condition(const recipe_step& step) const {
    if (!step.when_true) return;
    const placed_text& text = *step.when_true;
    if (const std::size_t braces = text.text.find("{{"); braces != std::string::npos) {
        problems_.add(problem_kind::bad_template, text.place(braces),
                      "names in when stand without braces",
                      "write rate > 1000, not {{rate}} > 1000");
        return;
    }
    const recipe_facts facts(in_, step);
    expression ignored;
    if (const auto wrong = expression::parse(text.text, facts.all(), ignored)) {
        problems_.add(problem_kind::expression, text.place(wrong->offset), "when: " + wrong->what,
                      wrong->hint);
    }
}

void call_check::check(const recipe_service& service) const {
    const look at{.scope = {nullptr, &service}, .axes = {}};
    check_call(service.call, at);
    if (service.ready) check_ready(*service.ready, at);
    if (!service.stop.expect) return;
    expression ignored;
    if (const auto wrong = expression::parse(service.stop.expect->text, program_facts(), ignored)) {
        problems_.add(problem_kind::expression, service.stop.expect->place(wrong->offset),
                      wrong->what, wrong->hint);
    }
}

void call_check::check_call(const recipe_call& call, const look& at) const {
    const verb* const of = verbs_.find(call.verb);
    if (of != nullptr) check_words(call.options, call.words, *of, call.offset, at);
}

void call_check::check_words(const std::vector<call_option>& options,
                             const std::vector<placed_text>& words, const verb& of,
                             std::size_t offset, const look& at) const {
    const auto use = of.prepare();
    bool all_certain = true;
    const std::size_t before = problems_.all().size();
    for (const call_option& each : options) {
        bool certain = true;
        const placed_text value = expanded(each.value, at, certain);
        option* const into = use->table().find(each.name);
        if (into == nullptr) continue;
        const auto wrong = into->set(value.text);
        all_certain = all_certain && certain;
        if (!wrong || !certain) continue;
        problems_.add(
            into->kind == value_kind::expression ? problem_kind::expression : problem_kind::words,
            value.place(wrong->offset), fmt::format("{}: {}", each.name, wrong->what),
            wrong->hint.empty() ? option_hint(*into) : wrong->hint);
    }
    std::vector<placed_text> typed;
    for (const placed_text& each : words) typed.push_back(expanded(each, at, all_certain));
    std::vector<const char*> argv;
    for (const placed_text& each : typed) argv.push_back(each.text.c_str());
    if (const auto wrong = set_options(use->table(), argv); wrong && all_certain) {
        problems_.add(problem_kind::words, place_in(typed, *wrong).value_or(offset), wrong->what,
                      wrong->hint);
    }
    if (!use->recipe().empty())
        problems_.add(problem_kind::words, offset, "--save-recipe makes recipes; leave it out");
    if (problems_.all().size() > before || !all_certain) return;
    if (const auto wrong = use->problem())
        problems_.add(problem_kind::words, offset, fmt::format("{}: {}", of.name, *wrong));
}

void call_check::check_ready(const service_ready& ready, const look& at) const {
    if (ready.log) {
        bool certain = true;
        const placed_text pattern = expanded(*ready.log, at, certain);
        const re2::RE2 compiled(pattern.text, re2::RE2::Quiet);
        if (!compiled.ok() && certain) {
            problems_.add(problem_kind::bad_value, pattern.place(0),
                          "log is no regular expression: " + compiled.error());
        }
    }
    if (ready.words.empty() && ready.options.empty()) {
        if (!ready.log) {
            problems_.add(problem_kind::missing, ready.offset, "ready says nothing to wait for",
                          "write poll = \":{{port}}/\" or log = \"PATTERN\"");
        }
        return;
    }
    const verb* const poll = verbs_.find("poll");
    if (poll == nullptr) {
        problems_.add(problem_kind::unavailable, ready.offset,
                      "this grove has no verb poll, which ready is for",
                      "a service with {{port}} is ready when the port answers; ready.log = "
                      "\"PATTERN\" waits for a line");
        return;
    }
    check_words(ready.options, ready.words, *poll, ready.offset, at);
}

void call_check::check_facts(const recipe_step& step, const look& at) const {
    for (const placed_text& each : step.expect)
        check_expression(each, "expect", program_facts(), at);
    if (step.retry_on)
        check_expression(*step.retry_on, "retry.on", retry_facts(step.call.verb), at);
}

void call_check::check_expression(const placed_text& text, std::string_view name,
                                  std::span<const fact> facts, const look& at) const {
    bool certain = true;
    const placed_text typed = expanded(text, at, certain);
    expression ignored;
    const auto wrong = expression::parse(typed.text, facts, ignored);
    if (!wrong || !certain) return;
    problems_.add(problem_kind::expression, typed.place(wrong->offset),
                  fmt::format("{}: {}", name, wrong->what), wrong->hint);
}

void call_check::check_saves(const recipe_step& step) const {
    for (const placed_pair& each : step.save) {
        std::optional<text_error> wrong;
        const verb* const of = verbs_.find(step.call.verb);
        const auto use = of == nullptr ? nullptr : of->prepare();
        if (option* const tell = use == nullptr ? nullptr : use->table().find("tell")) {
            wrong = tell->set(each.value.text);
        } else {
            fact_path ignored;
            wrong = fact_path::parse(each.value.text, program_facts(), ignored);
        }
        if (!wrong) continue;
        problems_.add(problem_kind::expression, each.value.place(wrong->offset),
                      fmt::format("save: {}", wrong->what), wrong->hint);
    }
}

placed_text call_check::expanded(const placed_text& text, const look& at, bool& certain) const {
    bool known = true;
    auto made = expand(text, [&](std::string_view name) { return value_of(name, at, known); });
    certain = certain && known && made;
    return made ? std::move(*made) : text;
}

std::optional<named_value> call_check::value_of(std::string_view name, const look& at,
                                                bool& certain) const {
    const auto found = resolve_name(in_, name, at.scope);
    if (found && (found->kind == name_kind::service_port || found->kind == name_kind::service_pid))
        return named_value{"65535", true};
    if (found && found->kind == name_kind::variable) {
        if (const auto value = vars_.find(found->key); value != vars_.end()) return value->second;
    }
    if (found && found->kind == name_kind::matrix) {
        const auto& matrix = at.scope.step->matrix;
        const auto axis = std::ranges::find(matrix, found->key, &matrix_axis::name);
        const auto number = static_cast<std::size_t>(axis - matrix.begin());
        if (number < at.axes.size()) {
            const placed_text value =
                expanded(*at.axes[number], {.scope = {}, .axes = {}}, certain);
            return named_value{value.text};
        }
    }
    certain = false;
    return named_value{"x"};
}

}  // namespace grove::cmd
