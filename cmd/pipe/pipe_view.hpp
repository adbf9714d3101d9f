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
/// drawn at most ten times a second, and a sum at the end; the sum alone where somebody else may
/// write to the terminal: who reads our stdout, or who types what we read. Elsewhere a plain line
/// every five seconds, and none for a run that ends before. Silent with --quiet and --no-progress.
///
///     stage          done     in/s    out/s  queue       busy retries dead      p99
///     each         98 765   12 345   12 340  ########     8/8       3    1  12.3 ms <
///
/// `<` marks the stage that the others wait for. Rates are those of the last two seconds.

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

/// In one line, when all is over: `1 200 items in, 1 180 out in 2.1s, 571/s; each 3 retries, 1
/// dead`.
[[nodiscard]] std::string render_sum(const std::vector<stage_row>& rows, duration took);

enum class typed_items : unsigned char { no, yes };

class pipe_view {
 public:
    /// `typed`: items are typed at a terminal. `out` must outlive it.
    explicit pipe_view(output& out, typed_items typed = typed_items::no);
    pipe_view(const pipe_view&) = delete;
    pipe_view& operator=(const pipe_view&) = delete;

    ~pipe_view() { hide(); }

    /// When `tick` next has something to do; `never` when it is silent.
    [[nodiscard]] deadline next() const noexcept { return next_; }

    /// Where something is due, shows the rows that `look` makes, all but their rates.
    void tick(const std::function<std::vector<stage_row>()>& look);

    /// Removes the table and shows the sum of what `look` makes. Nothing is shown after that.
    void finish(const std::function<std::vector<stage_row>()>& look);

 private:
    static constexpr duration rate_window = std::chrono::seconds(2);

    struct meters {
        rate_meter in{rate_window};
        rate_meter out{rate_window};
    };

    void measure(std::vector<stage_row>& rows, deadline now);
    void hide();

    output& out_;
    deadline started_ = deadline::now();
    bool draws_ = false;
    bool sums_up_ = false;
    deadline next_line_ = never;  // where it does not draw
    deadline next_ = never;
    std::vector<meters> rates_;
};

}  // namespace grove::cmd
