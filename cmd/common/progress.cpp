// SPDX-License-Identifier: MIT
#include "cmd/common/progress.hpp"

#include <algorithm>
#include <cmath>

namespace grove::cmd {

namespace {

double seconds(duration d) noexcept {
    return std::chrono::duration<double>(d).count();
}

}  // namespace

void rate_meter::sample(double value, deadline now) noexcept {
    if (!last_) {
        last_ = now;
        last_value_ = value;
        return;
    }
    const duration since = now - *last_;
    if (since < std::chrono::milliseconds(1)) return;
    const double current = (value - last_value_) / seconds(since);
    // The first interval counts whole: nothing is known before it.
    const double weight = primed_ ? 1 - std::exp(-seconds(since) / seconds(window_)) : 1;
    rate_ += weight * (current - rate_);
    primed_ = true;
    last_ = now;
    last_value_ = value;
}

progress::progress(output& out, progress_options options)
    : out_(out), options_(options), started_(deadline::now()) {
    if (!out.options().progress || out.options().quiet) return;
    style_ = out.has_status() ? style::status : style::plain;
    next_ = started_ + (style_ == style::status ? options_.redraw : options_.plain);
    bytes_.sample(0, started_);
    items_.sample(0, started_);
}

void progress::tick(const std::function<void(progress_model&)>& fill) {
    if (!shows() || !next_.expired()) return;
    const deadline now = deadline::now();
    next_ = now + (style_ == style::status ? options_.redraw : options_.plain);
    progress_model model;
    fill(model);
    bytes_.sample(static_cast<double>(model.bytes), now);
    items_.sample(static_cast<double>(model.done + model.failed), now);
    progress_speed speed{.bytes_per_second = bytes_.per_second(),
                         .items_per_second = items_.per_second(),
                         .elapsed = now - started_,
                         .left = std::nullopt};
    speed.left = time_left(model, speed);
    if (style_ == style::plain) {
        out_.say(render_plain(model, speed));
        return;
    }
    const output::screen screen = out_.talk_screen();
    // Half the screen at most, and one column free: some terminals break the line after the last.
    const unsigned rows = std::min(options_.rows, std::max(1U, screen.rows / 2));
    out_.status(render_status(model, speed, std::max(20U, screen.columns) - 1, rows));
}

void progress::finish() {
    if (style_ == style::status) out_.status({});
    style_ = style::silent;
    next_ = never;
}

}  // namespace grove::cmd
