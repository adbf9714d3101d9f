// SPDX-License-Identifier: MIT
#include "cmd/common/progress.hpp"

#include <algorithm>

namespace grove::cmd {

namespace {

double seconds(duration d) noexcept {
    return std::chrono::duration<double>(d).count();
}

}  // namespace

void rate_meter::sample(double value, deadline now) {
    constexpr int most_kept = 64;
    const bool is_close =
        kept_.size() > 1 && now - kept_[kept_.size() - 2].at < window_ / most_kept;
    if (is_close)
        kept_.back() = {now, value};
    else
        kept_.push_back({now, value});
    while (kept_.size() > 2 && now - kept_[1].at >= window_) kept_.pop_front();
}

double rate_meter::per_second() const noexcept {
    if (kept_.size() < 2) return 0;
    const duration since = kept_.back().at - kept_.front().at;
    if (since < std::chrono::milliseconds(1)) return 0;
    return (kept_.back().value - kept_.front().value) / seconds(since);
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
