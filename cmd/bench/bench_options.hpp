// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/load/arrivals.hpp"
#include "cmd/common/expression.hpp"
#include "cmd/common/fact_path.hpp"
#include "cmd/common/http_options.hpp"
#include "cmd/common/talk_options.hpp"
#include "cmd/common/units.hpp"

#include <grove/deadline.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// All that `grove bench` can be told.

namespace grove::cmd {

class option_table;

/// What becomes of a connection after its answer.
enum class connection_reuse : unsigned char { kept, closed };

/// What becomes of runs that a file holds already.
enum class save_mode : unsigned char { replace, append };

struct bench_options {
    // What to ask for.
    std::vector<std::string> urls;  ///< as typed, with their slots
    std::string input;              ///< a list of more, a line each; `-` stdin; empty: none

    // How much.
    std::size_t connections = 50;
    unsigned threads = 1;
    std::optional<std::uint64_t> requests;
    std::optional<duration> length;  ///< absent: 10 s, where nothing else ends the run
    duration warm_up{};
    std::optional<event_rate> rate;  ///< of all together; absent: as fast as answers come
    load_stages stages;
    arrival_spacing spacing = arrival_spacing::constant;
    connection_reuse reuse = connection_reuse::kept;

    // Sureness.
    duration timeout = std::chrono::seconds(10);  ///< one request, its connection included
    std::optional<duration> deadline;             ///< the whole run
    std::vector<expression> expect;               ///< checked against `bench_facts()`
    std::vector<fact_path> tell;                  ///< instead of the table; checked likewise

    // What is kept of it; empty: nothing.
    std::string hlog;  ///< an interval log
    std::string save;  ///< the runs
    std::string html;  ///< a page to look at
    save_mode saving = save_mode::replace;

    // Comparing.
    std::optional<std::size_t> repeat;    ///< runs; absent: 5 to save or compare, else 1
    std::string compare;                  ///< what `save` wrote, or a URL; empty: nothing
    std::optional<percentage> tolerance;  ///< a change below it does not count

    http_options http;
    talk_options talk;
    std::optional<std::uint64_t> seed;  ///< of arrivals and of `{{rand}}`
};

void describe(bench_options& options, option_table& table);

/// What no single option can know. Result: a sentence that says what to do, or nullopt.
[[nodiscard]] std::optional<std::string> validate(const bench_options& options);

/// The names that `--expect` may use.
[[nodiscard]] std::span<const fact> bench_facts() noexcept;

/// How many runs are made.
[[nodiscard]] std::size_t runs_of(const bench_options& options) noexcept;

/// Which change counts. Runs in turns share what happens to the machine; those of a file do not,
/// and differ by some percent of themselves.
[[nodiscard]] percentage tolerance_of(const bench_options& options) noexcept;

/// `--compare` names a server, not a file.
[[nodiscard]] bool compares_servers(const bench_options& options) noexcept;

/// Requests are sent when they are due, whether or not answers have come.
[[nodiscard]] bool is_open(const bench_options& options) noexcept;

/// The stages, the warm-up as their first; of a rate, one that lasts as long as the run. Empty
/// where the load is not open.
[[nodiscard]] std::vector<load_stage> stages_of(const bench_options& options);

/// How long the measured part lasts; nullopt where requests are counted.
[[nodiscard]] std::optional<duration> length_of(const bench_options& options);

}  // namespace grove::cmd
