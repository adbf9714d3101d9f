// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/bench_result.hpp"
#include "cmd/bench/report/comparison.hpp"
#include "cmd/bench/report/machine.hpp"
#include "cmd/bench/report/saved_bench.hpp"

#include <optional>
#include <string>
#include <vector>

/// A bench's result as one HTML file: no script, nothing from elsewhere, light or dark as the
/// reader has it, and black on white on paper.

namespace grove::cmd {

struct html_report {
    std::vector<bench_result> runs;  ///< at least one
    plan_facts plan;
    machine on;

    struct base {
        std::string name;  ///< the file or the server
        std::vector<bench_result> runs;
        comparison seen;
        std::vector<std::string> changed;  ///< of the machine since then
    };

    std::optional<base> compared;
};

[[nodiscard]] std::string to_html(const html_report& report);

}  // namespace grove::cmd
