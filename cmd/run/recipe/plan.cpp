// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/plan.hpp"

#include "cmd/common/suggestion.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/run/recipe/plan_links.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

namespace grove::cmd {
namespace {

/// From steps to their instances.
class instance_maker {
 public:
    instance_maker(const recipe& of, recipe_links links, recipe_problems& problems)
        : of_(of), links_(std::move(links)), problems_(problems) {}

    run_plan make() {
        run_plan plan;
        std::vector<std::vector<std::size_t>> instances(links_.steps.size());
        for (std::size_t i = 0; i < links_.steps.size(); ++i) {
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
                node.services = links_.steps[i].services;
                if (!values.empty()) node.id += suffix(values);
                instances[i].push_back(plan.nodes.size());
                plan.nodes.push_back(std::move(node));
            }
        }
        for (std::size_t i = 0; i < links_.steps.size(); ++i) connect(i, instances, plan);
        plan.services = links_.services;
        return plan;
    }

 private:
    [[nodiscard]] const recipe_step& step(std::size_t number) const {
        const std::size_t steps = of_.steps.size();
        return number < steps ? of_.steps[number] : of_.finals[number - steps];
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

    static std::string suffix(const std::vector<axis_value>& values) {
        std::vector<std::string> texts;
        for (const axis_value& each : values) texts.push_back(one_line(each.value.text));
        return fmt::format("[{}]", fmt::join(texts, ","));
    }

    void connect(std::size_t number, const std::vector<std::vector<std::size_t>>& instances,
                 run_plan& plan) const {
        // Instances are numbered in the order of their steps: the lists stay in order.
        const auto all_of = [&](const index_list& steps) {
            index_list nodes;
            for (const std::size_t each : steps)
                nodes.insert(nodes.end(), instances[each].begin(), instances[each].end());
            return nodes;
        };
        const index_list needs = all_of(links_.steps[number].needs);
        index_list after = all_of(links_.steps[number].order);
        for (const std::size_t each : needs) insert(after, each);
        std::size_t previous = 0;
        bool first = true;
        for (const std::size_t each : instances[number]) {
            plan_node& node = plan.nodes[each];
            node.needs = needs;
            node.after = first || step(number).parallel ? after : index_list{previous};
            previous = each;
            first = false;
        }
    }

    const recipe& of_;
    recipe_links links_;
    recipe_problems& problems_;
};

}  // namespace

run_plan make_plan(const recipe& of, std::string_view source, recipe_problems& problems) {
    if (of.steps.size() > most_instances) {
        problems.add(problem_kind::bad_value, of.steps[most_instances].offset,
                     fmt::format("more than {} steps", most_instances));
        return {};
    }
    recipe_links links = find_links(of, source, problems);
    if (!problems.empty()) return {};
    return instance_maker(of, std::move(links), problems).make();
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
