// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/bench_result.hpp"
#include "cmd/bench/load/load_plan.hpp"
#include "cmd/bench/report/machine.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Runs as `--save` keeps them, so that later ones can be compared with them.

namespace grove::cmd {

/// What of a plan a result depends on, in words, by name: `connections`, `load`, `length`. Where
/// requests go is not in it: two servers can be compared.
using plan_facts = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] plan_facts facts_of(const load_plan& plan);

/// `connections is 50 here and 100 there`, for the first fact that differs.
[[nodiscard]] std::optional<std::string> difference(const plan_facts& here,
                                                    const plan_facts& there);

struct saved_bench {
    machine on;
    plan_facts plan;
    std::vector<bench_result> runs;
};

/// One JSON object: `format machine{cpu cores kernel governor grove} plan{name: text} runs[..]`. A
/// run has the keys of `--json` and `began in_time bad_statuses`, a list `intervals` with an
/// `[answers, failures, p50, p99, max]` a second, and `histograms{name: V2 text}`.
[[nodiscard]] std::string to_json(const saved_bench& saved);

/// Throws: `std::invalid_argument`, saying what is wrong, for what `to_json` did not make.
[[nodiscard]] saved_bench saved_bench_of(std::string_view json);

}  // namespace grove::cmd
