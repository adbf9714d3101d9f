// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/output.hpp"

#include <grove/deadline.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How far a run is. On a terminal's stderr: one overall bar with an ETA, and under it a few lines
/// for what runs right now, drawn at most ten times a second. Elsewhere: one plain line every five
/// seconds, and none at all for a run that ends before. Silent with --quiet and --no-progress.
///
///     progress meter(out);
///     ... every 100 ms: meter.tick([&](progress_model& model) { model.done = done; ... });
///     meter.finish();
///
/// The verb fills in counters only when they are due to be shown; speeds and the ETA come from
/// here. Nothing has to be restored when the process dies: the cursor rests below the last line.

namespace grove::cmd {

/// One of the transfers that run now.
struct transfer_line {
    std::string name;
    std::uint64_t bytes = 0;
    std::optional<std::uint64_t> total;
    std::string_view state = {};  ///< instead of a bar: `connecting`, `paused 30s`
};

/// Where the run stands. All counters grow from zero.
struct progress_model {
    std::uint64_t done = 0;              ///< items that ended well
    std::uint64_t failed = 0;            ///< items that ended badly
    std::optional<std::uint64_t> total;  ///< all items; absent while the list is still being read
    std::uint64_t active = 0;            ///< items that run now
    std::uint64_t bytes = 0;             ///< received by all items, also by those that run
    std::optional<std::uint64_t> total_bytes;  ///< where every item's size is known
    std::vector<transfer_line> transfers;      ///< those to show, most interesting first
    std::string note;                          ///< `2 hosts paused`; empty: none
};

/// What the counters mean over time.
struct progress_speed {
    double bytes_per_second = 0;
    double items_per_second = 0;
    duration elapsed{};
    std::optional<duration> left = std::nullopt;  ///< absent: cannot be told
};

/// The speed over the last `window`, or since the first sample where that is later: true from the
/// second sample on. The first one is the zero point.
class rate_meter {
 public:
    explicit rate_meter(duration window = std::chrono::seconds(5)) : window_(window) {}

    /// The counter stands at `value` at `now`. Samples closer to the last than 1/64
    /// of the window take its place.
    void sample(double value, deadline now);

    [[nodiscard]] double per_second() const noexcept;

 private:
    struct reading {
        deadline at;
        double value = 0;
    };

    duration window_;
    std::deque<reading> kept_;  // the first is as old as the window or older, once there is one
};

/// Time left, from bytes where their sum is known and from items otherwise.
[[nodiscard]] std::optional<duration> time_left(const progress_model& model,
                                                const progress_speed& speed) noexcept;

/// The lines of the status area, each at most `columns` wide (of 20 at least), `rows` at most.
[[nodiscard]] std::vector<std::string> render_status(const progress_model& model,
                                                     const progress_speed& speed, unsigned columns,
                                                     unsigned rows);

/// The same in one line for a log: `1 200/5 000 done, 3 failed, 1.2 GB, 45 MB/s, 1m20s left`.
[[nodiscard]] std::string render_plain(const progress_model& model, const progress_speed& speed);

struct progress_options {
    duration redraw = std::chrono::milliseconds(100);  ///< on a terminal
    duration plain = std::chrono::seconds(5);          ///< elsewhere
    unsigned rows = 8;                                 ///< of the status area
};

class progress {
 public:
    /// `out` must outlive it.
    explicit progress(output& out, progress_options options = {});
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;

    ~progress() { finish(); }

    /// False when nothing is ever shown: then `tick` need not be called.
    [[nodiscard]] bool shows() const noexcept { return style_ != style::silent; }

    /// When `tick` next has something to do; `never` when silent.
    [[nodiscard]] deadline next() const noexcept { return next_; }

    /// Where something is due, lets `fill` bring a fresh model up to date and shows it.
    void tick(const std::function<void(progress_model&)>& fill);

    /// Removes the status area. Nothing is shown after that.
    void finish();

 private:
    enum class style : unsigned char { silent, plain, status };

    output& out_;
    progress_options options_;
    style style_ = style::silent;
    deadline started_;
    deadline next_;
    rate_meter bytes_;
    rate_meter items_;
};

}  // namespace grove::cmd
