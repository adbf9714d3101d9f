// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/progress.hpp"
#include "cmd/pipe/stage.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// The run as people see it while it goes on. On a terminal's stderr a table with a line a stage,
/// drawn at most ten times a second; elsewhere a plain line every five seconds, and none for a run
/// that ends before. Silent with --quiet and --no-progress.
///
///     stage       in/s       out/s  queue       busy  retries  dead     p99
///     each      12 345      12 340  ########     8/8        3     1  12.3 ms  <
///
/// `<` marks the stage that the others wait for.

namespace grove::cmd {

class output;

/// A stage, as it stands.
struct stage_row {
    std::string name;
    std::uint64_t in = 0;   ///< items that it has taken
    std::uint64_t out = 0;  ///< items that it has handed on
    double fill = 0;        ///< of the queue before it, from 0 to 1
    stage_figures figures = {};
    double in_rate = 0;  ///< a second
    double out_rate = 0;
};

/// The stage whose queue is full while the one behind it waits. Result: nothing where there is
/// none: then the source is slower than all of them.
[[nodiscard]] std::optional<std::size_t> bottleneck(const std::vector<stage_row>& rows) noexcept;

/// The table, each line at most `columns` wide.
[[nodiscard]] std::vector<std::string> render_table(const std::vector<stage_row>& rows,
                                                    unsigned columns);

/// In one line: `1 200 items in, 1 180 out, 320.5/s; each 8/8 busy, 3 retries, 1 dead`.
[[nodiscard]] std::string render_line(const std::vector<stage_row>& rows);

class pipe_view {
 public:
    /// `out` must outlive it.
    explicit pipe_view(output& out);
    pipe_view(const pipe_view&) = delete;
    pipe_view& operator=(const pipe_view&) = delete;

    ~pipe_view() { finish(); }

    /// When `tick` next has something to do; `never` when it is silent.
    [[nodiscard]] deadline next() const noexcept { return next_; }

    /// Where something is due, shows the rows that `look` makes, all but their rates.
    void tick(const std::function<std::vector<stage_row>()>& look);

    /// Removes the table. Nothing is shown after that.
    void finish();

 private:
    struct meters {
        rate_meter in;
        rate_meter out;
    };

    output& out_;
    bool draws_ = false;
    deadline next_ = never;
    std::vector<meters> rates_;
};

}  // namespace grove::cmd
