// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/plan_links.hpp"

#include "cmd/common/expression.hpp"
#include "cmd/common/suggestion.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/run/recipe/recipe_facts.hpp"
#include "cmd/run/recipe/recipe_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <utility>

namespace grove::cmd {
namespace {

bool is_id(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

class link_finder {
 public:
    link_finder(const recipe& of, std::string_view source, recipe_problems& problems)
        : of_(of), source_(source), problems_(problems) {}

    recipe_links find() {
        check_ids();
        steps_.resize(of_.steps.size() + of_.finals.size());
        for (std::size_t i = 0; i < steps_.size(); ++i) link_step(i);
        for (const recipe_service& each : of_.services) link_service(each);
        check_cycles();
        check_service_cycles();
        check_unused();
        return {std::move(steps_), std::move(services_)};
    }

 private:
    [[nodiscard]] const recipe_step& step(std::size_t number) const {
        const std::size_t steps = of_.steps.size();
        return number < steps ? of_.steps[number] : of_.finals[number - steps];
    }

    void check_ids() {
        std::map<std::string, std::size_t, std::less<>> taken;
        const auto check = [&](const std::string& id, std::size_t offset) {
            if (id.empty()) return;
            if (!is_id(id)) {
                problems_.add(problem_kind::bad_id, offset,
                              fmt::format("\"{}\" is no id", one_line(id)),
                              "letters, digits, - and _ make one");
            } else if (!taken.emplace(id, offset).second) {
                problems_.add(problem_kind::bad_id, offset,
                              fmt::format("the id \"{}\" is taken", one_line(id)),
                              "ids are unique among steps and services");
            }
        };
        for (const recipe_service& each : of_.services) check(each.id, each.offset);
        for (const recipe_step& each : of_.steps) check(each.id, each.offset);
        for (const recipe_step& each : of_.finals) check(each.id, each.offset);
    }

    void link_step(std::size_t number) {
        const recipe_step& one = step(number);
        step_links& mine = steps_[number];
        const bool is_final = number >= of_.steps.size();
        const std::size_t first = is_final ? of_.steps.size() : 0;
        if (one.parallel && number > first) {
            mine.order = steps_[number - 1].order;
            // What the step above was told to wait for holds for this one too.
            for (const std::size_t each : steps_[number - 1].needs) insert(mine.order, each);
        } else if (!one.has_needs || names_services_alone(one)) {
            for (std::size_t above = first; above < number; ++above) mine.order.push_back(above);
        }
        for (const placed_name& each : one.needs) link_name(each, mine);
        visit_texts(one, source_, [&](const placed_text& text) {
            visit_names(text, [&](const std::string& name, std::size_t offset) {
                link_use(name, offset, {&one, nullptr}, mine);
            });
        });
        link_condition(one, mine);
    }

    void link_condition(const recipe_step& one, step_links& mine) {
        if (!one.when_true) return;
        const recipe_facts facts(of_, one);
        expression condition;
        if (expression::parse(one.when_true->text, facts.all(), condition)) return;
        for (const fact& each : facts.all()) {
            if (each.type == fact_type::json && condition.mentions(each.name))
                link_use(std::string(each.name), one.when_true->place(0), {&one, nullptr}, mine);
        }
    }

    /// Who needs a service is not told when to run.
    [[nodiscard]] bool names_services_alone(const recipe_step& one) const {
        return !one.needs.empty() &&
               std::ranges::all_of(one.needs, [this](const placed_name& each) {
                   return of_.service(each.name) != nullptr;
               });
    }

    void link_service(const recipe_service& one) {
        step_links mine;
        for (const placed_name& each : one.needs) {
            link_name(each, mine);
            if (of_.step(each.name) != nullptr) {
                problems_.add(problem_kind::bad_value, each.offset,
                              "a service needs services, not steps",
                              fmt::format("let the step that uses {} need {}", one.id, each.name));
            }
        }
        visit_texts(one, [&](const placed_text& text) {
            visit_names(text, [&](const std::string& name, std::size_t offset) {
                link_use(name, offset, {nullptr, &one}, mine);
            });
        });
        const std::size_t own = service_number(one.id);
        std::erase(mine.services, own);
        services_.push_back(std::move(mine.services));
    }

    [[nodiscard]] std::size_t service_number(std::string_view id) const {
        return static_cast<std::size_t>(of_.service(id) - of_.services.data());
    }

    [[nodiscard]] std::size_t step_number(std::string_view id) const {
        return static_cast<std::size_t>(of_.step(id) - of_.steps.data());
    }

    void link_name(const placed_name& name, step_links& mine) {
        if (of_.service(name.name) != nullptr) {
            insert(mine.services, service_number(name.name));
        } else if (of_.step(name.name) != nullptr) {
            insert(mine.needs, step_number(name.name));
        } else {
            std::vector<std::string_view> names;
            for (const recipe_service& each : of_.services) names.push_back(each.id);
            for (const recipe_step& each : of_.steps) names.push_back(each.id);
            const std::string_view best = nearest(name.name, names);
            problems_.add(problem_kind::unknown_step, name.offset,
                          fmt::format("unknown step \"{}\"", one_line(name.name)),
                          best.empty() ? "" : fmt::format("did you mean \"{}\"?", best));
        }
    }

    void link_use(const std::string& name, std::size_t offset, const name_scope& scope,
                  step_links& mine) {
        const auto found = resolve_name(of_, name, scope);
        if (!found) {
            const auto known = names_in_scope(of_, scope);
            const std::vector<std::string_view> names(known.begin(), known.end());
            const std::string_view best = nearest(name, names);
            std::string help =
                best.empty() ? std::string() : fmt::format("did you mean {{{{{}}}}}?", best);
            if (best.empty() && scope.step != nullptr && name == "port")
                help = "a step names the service: {{api.port}}";
            if (help.empty()) help = "variables stand in [vars]; steps `save` values";
            problems_.add(problem_kind::unknown_name, offset,
                          fmt::format("unknown name \"{}\"", one_line(name)), std::move(help));
            return;
        }
        if (found->kind == name_kind::saved) {
            if (scope.service != nullptr) {
                problems_.add(problem_kind::unknown_name, offset,
                              fmt::format("a service cannot know what step {} saves", found->owner),
                              "give it by a variable, or start it in a step");
                return;
            }
            insert(mine.needs, step_number(found->owner));
            used_.insert(found->owner + '.' + found->key);
        } else if (found->kind == name_kind::service_port ||
                   found->kind == name_kind::service_pid) {
            insert(mine.services, service_number(found->owner));
        }
    }

    void check_cycles() {
        std::vector<unsigned char> state(steps_.size(), 0);
        std::function<void(std::size_t, std::vector<std::size_t>&)> visit =
            [&](std::size_t at, std::vector<std::size_t>& trail) {
                if (state[at] == 2) return;
                if (state[at] == 1) return tell_cycle(at, trail);
                state[at] = 1;
                trail.push_back(at);
                for (const std::size_t each : steps_[at].needs) visit(each, trail);
                for (const std::size_t each : steps_[at].order) visit(each, trail);
                trail.pop_back();
                state[at] = 2;
            };
        std::vector<std::size_t> trail;
        for (std::size_t i = 0; i < steps_.size(); ++i) visit(i, trail);
    }

    void tell_cycle(std::size_t at, const std::vector<std::size_t>& trail) {
        const auto begin = std::ranges::find(trail, at);
        std::string way;
        for (auto each = begin; each != trail.end(); ++each)
            way += step(*each).id + (each == begin ? " waits for " : ", which waits for ");
        problems_.add(problem_kind::cycle, step(at).offset, way + step(at).id,
                      begin + 1 == trail.end()
                          ? "a step cannot use what it saves itself"
                          : "steps run from top to bottom unless they say needs or parallel");
    }

    void check_service_cycles() {
        for (std::size_t i = 0; i < services_.size(); ++i) {
            std::set<std::size_t> seen;
            std::vector<std::size_t> next{i};
            while (!next.empty()) {
                const std::size_t at = next.back();
                next.pop_back();
                for (const std::size_t behind : services_[at]) {
                    if (behind == i) {
                        problems_.add(problem_kind::cycle, of_.services[i].offset,
                                      fmt::format("service {} needs itself", of_.services[i].id),
                                      "through those that it needs or whose port it names");
                    } else if (seen.insert(behind).second) {
                        next.push_back(behind);
                    }
                }
            }
        }
    }

    void check_unused() {
        // A misspelt name leaves what it meant unused: that one problem is enough.
        if (std::ranges::find(problems_.all(), problem_kind::unknown_name, &recipe_problem::kind) !=
            problems_.all().end())
            return;
        for (const recipe_step& one : of_.steps) {
            for (const placed_pair& each : one.save) {
                if (used_.contains(one.id + '.' + each.name)) continue;
                problems_.add(problem_kind::unused, each.offset,
                              fmt::format("nobody uses \"{}\"", one_line(each.name)),
                              fmt::format("name it as {{{{{}}}}}, or leave it out", each.name));
            }
        }
        std::set<std::size_t> used;
        for (const step_links& each : steps_)
            used.insert(each.services.begin(), each.services.end());
        for (const index_list& each : services_) used.insert(each.begin(), each.end());
        for (std::size_t i = 0; i < of_.services.size(); ++i) {
            const recipe_service& one = of_.services[i];
            if (used.contains(i) || one.id.empty()) continue;
            problems_.add(problem_kind::unused, one.offset,
                          fmt::format("nobody needs the service {}", one.id),
                          fmt::format("name {{{{{}.port}}}} in a step, or write needs = \"{}\"",
                                      one.id, one.id));
        }
    }

    const recipe& of_;
    std::string_view source_;
    recipe_problems& problems_;
    std::vector<step_links> steps_;
    std::vector<index_list> services_;
    std::set<std::string> used_;
};

}  // namespace

void insert(index_list& into, std::size_t number) {
    const auto place = std::ranges::lower_bound(into, number);
    if (place == into.end() || *place != number) into.insert(place, number);
}

recipe_links find_links(const recipe& of, std::string_view source, recipe_problems& problems) {
    return link_finder(of, source, problems).find();
}

}  // namespace grove::cmd
