// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/plan.hpp"

#include "cmd/common/suggestion.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/run/recipe/recipe_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>

namespace grove::cmd {
namespace {

using index_set = std::set<std::size_t>;

bool is_id(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

/// The steps and services by their numbers, and what waits for what among them.
class planner {
 public:
    planner(const recipe& of, std::string_view source, recipe_problems& problems)
        : of_(of), source_(source), problems_(problems) {}

    run_plan make() {
        check_ids();
        links_.resize(of_.steps.size() + of_.finals.size());
        for (std::size_t i = 0; i < links_.size(); ++i) link_step(i);
        for (const recipe_service& each : of_.services) link_service(each);
        check_cycles();
        if (!problems_.empty()) return {};
        return spread();
    }

 private:
    struct links {
        index_set order;  // steps above
        index_set needs;  // steps that were named
        index_set services;
    };

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
        links& mine = links_[number];
        const bool is_final = number >= of_.steps.size();
        const std::size_t first = is_final ? of_.steps.size() : 0;
        if (one.parallel && number > first) {
            mine.order = links_[number - 1].order;
            // What the step above was told to wait for holds for this one too.
            mine.order.insert(links_[number - 1].needs.begin(), links_[number - 1].needs.end());
        } else if (!one.has_needs || names_services_alone(one)) {
            for (std::size_t above = first; above < number; ++above) mine.order.insert(above);
        }
        for (const placed_name& each : one.needs) link_name(each, mine);
        visit_texts(one, source_, [&](const placed_text& text) {
            visit_names(text, [&](const std::string& name, std::size_t offset) {
                link_use(name, offset, {&one, nullptr}, mine);
            });
        });
    }

    /// Who needs a service is not told when to run.
    [[nodiscard]] bool names_services_alone(const recipe_step& one) const {
        return !one.needs.empty() &&
               std::ranges::all_of(one.needs, [this](const placed_name& each) {
                   return of_.service(each.name) != nullptr;
               });
    }

    void link_service(const recipe_service& one) {
        links mine;
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
        mine.services.erase(own);
        service_links_.push_back(std::move(mine.services));
    }

    [[nodiscard]] std::size_t service_number(std::string_view id) const {
        return static_cast<std::size_t>(of_.service(id) - of_.services.data());
    }

    [[nodiscard]] std::size_t step_number(std::string_view id) const {
        return static_cast<std::size_t>(of_.step(id) - of_.steps.data());
    }

    void link_name(const placed_name& name, links& mine) {
        if (of_.service(name.name) != nullptr) {
            mine.services.insert(service_number(name.name));
        } else if (of_.step(name.name) != nullptr) {
            mine.needs.insert(step_number(name.name));
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
                  links& mine) {
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
            mine.needs.insert(step_number(found->owner));
            used_.insert(found->owner + '.' + found->key);
        } else if (found->kind == name_kind::service_port ||
                   found->kind == name_kind::service_pid) {
            mine.services.insert(service_number(found->owner));
        }
    }

    void check_cycles() {
        std::vector<unsigned char> state(links_.size(), 0);
        std::function<void(std::size_t, std::vector<std::size_t>&)> visit =
            [&](std::size_t at, std::vector<std::size_t>& trail) {
                if (state[at] == 2) return;
                if (state[at] == 1) return tell_cycle(at, trail);
                state[at] = 1;
                trail.push_back(at);
                index_set next = links_[at].needs;
                next.insert(links_[at].order.begin(), links_[at].order.end());
                for (const std::size_t each : next) visit(each, trail);
                trail.pop_back();
                state[at] = 2;
            };
        std::vector<std::size_t> trail;
        for (std::size_t i = 0; i < links_.size(); ++i) visit(i, trail);
        check_service_cycles();
        check_unused();
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
        for (std::size_t i = 0; i < service_links_.size(); ++i) {
            index_set seen;
            std::vector<std::size_t> next{i};
            while (!next.empty()) {
                const std::size_t at = next.back();
                next.pop_back();
                for (const std::size_t behind : service_links_[at]) {
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
        index_set used;
        for (const links& each : links_) used.insert(each.services.begin(), each.services.end());
        for (const index_set& each : service_links_) used.insert(each.begin(), each.end());
        for (std::size_t i = 0; i < of_.services.size(); ++i) {
            const recipe_service& one = of_.services[i];
            if (used.contains(i) || one.id.empty()) continue;
            problems_.add(problem_kind::unused, one.offset,
                          fmt::format("nobody needs the service {}", one.id),
                          fmt::format("name {{{{{}.port}}}} in a step, or write needs = \"{}\"",
                                      one.id, one.id));
        }
    }

    [[nodiscard]] static std::vector<std::vector<axis_value>> combinations(const recipe_step& of) {
        std::vector<std::vector<axis_value>> all{{}};
        for (const matrix_axis& axis : of.matrix) {
            std::vector<std::vector<axis_value>> longer;
            for (const auto& start : all) {
                for (const placed_text& value : axis.values) {
                    longer.push_back(start);
                    longer.back().push_back({axis.name, value});
                    if (longer.size() > most_instances) return longer;
                }
            }
            all = std::move(longer);
        }
        return all;
    }

    run_plan spread() {
        run_plan plan;
        std::vector<std::vector<std::size_t>> instances(links_.size());
        for (std::size_t i = 0; i < links_.size(); ++i) {
            const recipe_step& one = step(i);
            const auto all = combinations(one);
            if (plan.nodes.size() + all.size() > most_instances) {
                problems_.add(problem_kind::bad_value, one.offset,
                              fmt::format("more than {} steps", most_instances),
                              "let a matrix have fewer values");
                return {};
            }
            for (const auto& values : all) {
                plan_node node{.step = &one, .id = one.id, .matrix = values};
                node.final = i >= of_.steps.size();
                node.services.assign(links_[i].services.begin(), links_[i].services.end());
                if (!values.empty()) node.id += suffix(values);
                instances[i].push_back(plan.nodes.size());
                plan.nodes.push_back(std::move(node));
            }
        }
        for (std::size_t i = 0; i < links_.size(); ++i) connect(i, instances, plan);
        for (const index_set& each : service_links_)
            plan.services.emplace_back(each.begin(), each.end());
        return plan;
    }

    static std::string suffix(const std::vector<axis_value>& values) {
        std::vector<std::string> texts;
        for (const axis_value& each : values) texts.push_back(one_line(each.value.text));
        return fmt::format("[{}]", fmt::join(texts, ","));
    }

    void connect(std::size_t number, const std::vector<std::vector<std::size_t>>& instances,
                 run_plan& plan) const {
        const auto all_of = [&](const index_set& steps) {
            index_set nodes;
            for (const std::size_t each : steps)
                nodes.insert(instances[each].begin(), instances[each].end());
            return nodes;
        };
        const index_set needs = all_of(links_[number].needs);
        index_set after = all_of(links_[number].order);
        after.insert(needs.begin(), needs.end());
        std::size_t previous = 0;
        bool first = true;
        for (const std::size_t each : instances[number]) {
            plan_node& node = plan.nodes[each];
            node.needs.assign(needs.begin(), needs.end());
            if (first || step(number).parallel) {
                node.after.assign(after.begin(), after.end());
            } else {
                node.after = {previous};
            }
            previous = each;
            first = false;
        }
    }

    const recipe& of_;
    std::string_view source_;
    recipe_problems& problems_;
    std::vector<links> links_;
    std::vector<index_set> service_links_;
    std::set<std::string> used_;
};

}  // namespace

run_plan make_plan(const recipe& of, std::string_view source, recipe_problems& problems) {
    return planner(of, source, problems).make();
}

run_plan only(const run_plan& plan, const std::vector<std::string>& names) {
    std::set<std::size_t> kept;
    std::function<void(std::size_t)> keep = [&](std::size_t at) {
        if (!kept.insert(at).second) return;
        for (const std::size_t each : plan.nodes[at].needs) keep(each);
    };
    for (const std::string& name : names) {
        bool any = false;
        for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
            const plan_node& node = plan.nodes[i];
            const auto& tags = node.step->tags;
            if (node.step->id != name && node.id != name &&
                std::ranges::find(tags, name) == tags.end())
                continue;
            any = true;
            keep(i);
        }
        if (any) continue;
        std::vector<std::string_view> known;
        for (const plan_node& node : plan.nodes) known.push_back(node.step->id);
        const std::string_view best = nearest(name, known);
        throw std::invalid_argument(
            fmt::format("no step has the id or the tag \"{}\"{}", one_line(name),
                        best.empty() ? "" : fmt::format("; did you mean {}?", best)));
    }
    for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
        if (plan.nodes[i].final) kept.insert(i);
    }
    run_plan made{.nodes = {}, .services = plan.services};
    std::map<std::size_t, std::size_t> renamed;
    for (const std::size_t each : kept) renamed.emplace(each, renamed.size());
    const auto rename = [&](std::vector<std::size_t>& list) {
        std::erase_if(list, [&](std::size_t each) { return !renamed.contains(each); });
        for (std::size_t& each : list) each = renamed.at(each);
    };
    for (const std::size_t each : kept) {
        made.nodes.push_back(plan.nodes[each]);
        rename(made.nodes.back().after);
        rename(made.nodes.back().needs);
    }
    return made;
}

}  // namespace grove::cmd
