// SPDX-License-Identifier: MIT
#include "cmd/run/recipe/plan.hpp"
#include "cmd/run/recipe/recipe_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace grove::cmd;
using testing::ElementsAre;
using testing::IsEmpty;

/// A recipe of programs, and its plan.
class planned {
 public:
    explicit planned(std::string_view text) {
        const verb_book verbs({});
        recipe_problems problems;
        recipe_ = read_recipe(text, "test", verbs, problems);
        plan_ = make_plan(recipe_, text, problems);
        for (const recipe_problem& each : problems.all()) ADD_FAILURE() << each.what;
    }

    planned(const planned&) = delete;
    planned& operator=(const planned&) = delete;

    [[nodiscard]] std::vector<std::string> ids() const {
        std::vector<std::string> made;
        for (const plan_node& each : plan_.nodes) made.push_back(each.id);
        return made;
    }

    /// What `id` waits for.
    [[nodiscard]] std::vector<std::string> after(std::string_view id) const {
        std::vector<std::string> made;
        for (const plan_node& each : plan_.nodes) {
            if (each.id != id) continue;
            for (const std::size_t one : each.after) made.push_back(plan_.nodes[one].id);
        }
        return made;
    }

    [[nodiscard]] const run_plan& operator*() const { return plan_; }

 private:
    recipe recipe_;
    run_plan plan_;
};

TEST(run_plan, waits_for_those_whose_values_when_names) {
    const planned p(
        "[[step]]\nid='a'\nsh='x'\nsave={v='stdout'}\n"
        "[[step]]\nid='b'\nsh='x'\n"
        "[[step]]\nid='c'\nsh='x'\nneeds=[]\nwhen='a.v == 1 && env.HOME != null'");
    EXPECT_THAT(p.after("c"), ElementsAre("a"));
}

TEST(run_plan, waits_for_all_above) {
    const planned p("[[step]]\nid='a'\nsh='x'\n[[step]]\nid='b'\nsh='x'\n[[step]]\nid='c'\nsh='x'");
    EXPECT_THAT(p.after("a"), IsEmpty());
    EXPECT_THAT(p.after("c"), ElementsAre("a", "b"));
}

TEST(run_plan, lets_a_parallel_step_wait_for_what_the_one_above_waits_for) {
    const planned p(
        "[[step]]\nid='a'\nsh='x'\n[[step]]\nid='b'\nsh='x'\n"
        "[[step]]\nid='c'\nsh='x'\nparallel=true\n[[step]]\nid='d'\nsh='x'");
    EXPECT_THAT(p.after("c"), ElementsAre("a"));
    EXPECT_THAT(p.after("d"), ElementsAre("a", "b", "c"));
}

TEST(run_plan, lets_needs_wait_for_those_alone) {
    const planned p(
        "[[step]]\nid='a'\nsh='x'\n[[step]]\nid='b'\nsh='x'\n[[step]]\nid='c'\nsh='x'\nneeds='a'\n"
        "[[step]]\nid='d'\nsh='x'\nneeds=[]");
    EXPECT_THAT(p.after("c"), ElementsAre("a"));
    EXPECT_THAT(p.after("d"), IsEmpty());
}

TEST(run_plan, keeps_the_order_of_who_needs_services_only) {
    const planned p(
        "[[service]]\nid='s'\nsh='x'\n[[step]]\nid='a'\nsh='x'\n"
        "[[step]]\nid='b'\nsh='x'\nneeds='s'\n[[step]]\nid='c'\nsh='x'\nneeds=['s', 'a']");
    EXPECT_THAT(p.after("b"), ElementsAre("a"));
    EXPECT_THAT(p.after("c"), ElementsAre("a"));
}

TEST(run_plan, adds_who_saves_what_is_used) {
    const planned p(
        "[[step]]\nid='a'\nsh='x'\nsave={v='stdout'}\n[[step]]\nid='b'\nsh='x'\n"
        "[[step]]\nid='c'\nsh='{{v}}'\nneeds='b'\n[[step]]\nid='d'\nsh='{{a.v}}'\nneeds=[]");
    EXPECT_THAT(p.after("c"), ElementsAre("a", "b"));
    EXPECT_THAT(p.after("d"), ElementsAre("a"));
}

TEST(run_plan, runs_a_matrix_in_turn_unless_it_is_parallel) {
    const planned p(
        "[[step]]\nid='a'\nsh='x'\n[[step]]\nid='m'\nsh='x'\nmatrix={i=[1,2]}\n"
        "[[step]]\nid='p'\nsh='x'\nparallel=true\nmatrix={i=[1,2]}");
    EXPECT_THAT(p.ids(), ElementsAre("a", "m[1]", "m[2]", "p[1]", "p[2]"));
    EXPECT_THAT(p.after("m[2]"), ElementsAre("m[1]"));
    EXPECT_THAT(p.after("p[2]"), ElementsAre("a"));
}

TEST(run_plan, finds_the_services_that_are_used_and_those_behind_them) {
    const planned p(
        "[[service]]\nid='db'\nsh='x {{port}}'\n[[service]]\nid='app'\nsh='{{db.port}}'\n"
        "[[step]]\nid='a'\nsh='{{app.port}}'\n[[step]]\nid='b'\nsh='x'\nneeds='db'");
    EXPECT_THAT((*p).nodes[0].services, ElementsAre(1U));
    EXPECT_THAT((*p).nodes[1].services, ElementsAre(0U));
    EXPECT_THAT((*p).services[1], ElementsAre(0U));
}

TEST(run_plan, keeps_of_a_choice_what_it_needs_and_the_end) {
    const planned p(
        "[[step]]\nid='a'\nsh='x'\n[[step]]\nid='b'\nsh='x'\ntags=['t']\nneeds='a'\n"
        "[[step]]\nid='c'\nsh='x'\n[[finally]]\nid='f'\nsh='x'");
    const run_plan some = only(*p, {"t"});
    std::vector<std::string> ids;
    for (const plan_node& each : some.nodes) ids.push_back(each.id);
    EXPECT_THAT(ids, ElementsAre("a", "b", "f"));
    EXPECT_THAT(some.nodes[1].after, ElementsAre(0U));
    EXPECT_THROW(static_cast<void>(only(*p, {"x"})), std::invalid_argument);
}

TEST(run_plan, of_ten_thousand_steps_is_made) {
    std::string text = "[[step]]\nid='m'\nsh='x'\nmatrix={i=[";
    for (int i = 0; i < 5000; ++i) text += "1,";
    text += "]}\n[[step]]\nid='n'\nsh='x'\nmatrix={i=[";
    for (int i = 0; i < 5000; ++i) text += "1,";
    const planned p(text + "]}");
    EXPECT_EQ((*p).nodes.size(), 10'000U);
}

}  // namespace
