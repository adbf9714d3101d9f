// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/bench_result.hpp"
#include "cmd/common/json_text.hpp"
#include "cmd/common/units.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Are these runs better or worse than those? Each run gives one number a figure, its own median or
/// percentile over the whole run; `estimate_shift` compares the numbers of both sides.

namespace grove::cmd {

enum class change : unsigned char {
    none,  ///< that these runs could show, or that is large enough to count
    better,
    worse,
};

/// What is known of one figure. `rate`, `mean`, `p50` and `p99` change by a factor: 0.1 is 10 %
/// more. `errors`, a share of the requests, changes by a difference.
struct figure_change {
    std::string_view name;
    double base = 0;  ///< the runs' median there: 1/s, seconds, a share
    double now = 0;   ///< and here
    double by = 0;
    double low = 0;  ///< of the interval for `by`
    double high = 0;
    double visible = 0;  ///< a change that such runs would all but surely show
    change verdict = change::none;
};

struct comparison {
    std::size_t base_runs = 0;
    std::size_t runs = 0;
    /// Those that could be compared: a side without any answer has no latencies.
    std::vector<figure_change> figures;

    [[nodiscard]] bool has(change what) const noexcept;

    /// `p50 10.2 % higher, errors 2.00 points more`: the figures that are `what`.
    [[nodiscard]] std::string list(change what) const;
};

/// `base` and `now` have `least_samples` to `most_samples` runs each. A figure changed when its
/// interval (99 %) leaves out zero and the estimate is `tolerance` or more.
[[nodiscard]] comparison compare(std::span<const bench_result> base,
                                 std::span<const bench_result> now, percentage tolerance);

/// `10.2 % higher (99 % interval 8.1 to 12.4 %)`, or that no difference shows.
[[nodiscard]] std::string to_words(const figure_change& of);

/// In the figure's unit: `12 345/s`, `1.20 ms`, `0.10 %`.
[[nodiscard]] std::string show_figure(std::string_view name, double value);

/// A line a figure: both medians and what is to be said; lines end in line feeds.
[[nodiscard]] std::string to_table(const comparison& of);

/// Adds `runs base_runs confidence worse better
/// figures{name: {base now change low high visible verdict}}`.
void add_to(json_object& object, const comparison& of);

}  // namespace grove::cmd
