// SPDX-License-Identifier: MIT
#include "cmd/common/option_table.hpp"
#include "cmd/common/verb.hpp"
#include "cmd/run/recipe/recipe_check.hpp"
#include "tests/fuzz/pieces.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A recipe of a stranger. Whatever is wrong with it is told with a place in it, on whole lines; of
// one that is well each step waits for others only, and never in a circle.

namespace {

using namespace grove::cmd;
using grove_fuzz::expect;

constexpr std::array facts{fact{"status", fact_type::number, ""}, fact{"json", fact_type::json, ""},
                           fact{"time", fact_type::duration, ""}};

struct fetch_like {
    std::vector<std::string> urls;
    std::vector<expression> wanted;
    std::optional<event_rate> rate;
    bool insecure = false;
    std::string method;
    talk_options talk;
};

void describe(fetch_like& options, option_table& table) {
    table.words("url", options.urls, "URL", "");
    table.add_parsed(
        "expect", options.wanted,
        [](std::string_view text, expression& into) {
            return expression::parse(text, facts, into);
        },
        "E", "");
    table.add({'r', "rate"}, options.rate, "N/S", "");
    table.flag({'k', "insecure"}, options.insecure, "");
    table.add({'X', "request"}, options.method, "METHOD", "");
    describe(options.talk, table);
}

std::optional<std::string> validate(const fetch_like& options) {
    return options.urls.empty() ? std::optional<std::string>("no URL") : std::nullopt;
}

exit_code run_nothing(const fetch_like& /*options*/, output& /*out*/) {
    return exit_code::ok;
}

constexpr verb like(std::string_view name) {
    return {.name = name,
            .summary = {},
            .synopsis = {},
            .examples = {},
            .prepare = prepare<fetch_like, run_nothing>};
}

constexpr std::array verbs{like("fetch"), like("serve")};

void check_problems(const recipe_problems& problems, std::string_view text) {
    std::size_t before = 0;
    for (const recipe_problem& each : problems.all()) {
        expect(each.offset <= text.size(), "a place outside the file");
        expect(each.offset >= before, "not in the order of the file");
        before = each.offset;
        const std::string shown = to_text(each, text, "recipe.toml");
        expect(std::ranges::none_of(shown, [](char c) { return c == '\x1b' || c == '\r'; }),
               "a control character on the terminal");
        expect(!to_json(each, text, "recipe.toml").empty(), "no line for editors");
    }
}

void check_plan(const run_plan& plan) {
    std::vector<bool> ended(plan.nodes.size(), false);
    for (bool more = true; more;) {
        more = false;
        for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
            const auto& after = plan.nodes[i].after;
            const bool may =
                std::ranges::all_of(after, [&](std::size_t one) { return ended.at(one); });
            if (ended[i] || !may) continue;
            ended[i] = true;
            more = true;
        }
    }
    expect(std::ranges::find(ended, false) == ended.end(), "a step that never starts");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    const verb_book book(verbs);
    checked_recipe made;
    recipe_problems problems;
    load_recipe(text, "recipe.toml", {}, book, {}, made, problems);
    check_problems(problems, text);
    if (problems.empty()) check_plan(made.plan);
    return 0;
}
