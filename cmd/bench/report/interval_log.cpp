// SPDX-License-Identifier: MIT
#include "cmd/bench/report/interval_log.hpp"

#include "cmd/bench/report/histogram_text.hpp"

#include <fmt/format.h>

#include <chrono>

namespace grove::cmd {
namespace {

using real_seconds = std::chrono::duration<double>;

constexpr double nanoseconds_in_millisecond = 1e6;

}  // namespace

void interval_log::add(std::string_view tag, wall_time begin, duration length,
                       const histogram& of) {
    if (!base_) base_ = begin;
    if (!tag.empty()) lines_ += fmt::format("Tag={},", tag);
    lines_ += fmt::format("{:.3f},{:.3f},{:.3f},{}\n", real_seconds(begin - *base_).count(),
                          real_seconds(length).count(),
                          static_cast<double>(of.most()) / nanoseconds_in_millisecond, to_text(of));
}

std::string interval_log::text() const {
    const wall_time base = base_.value_or(wall_time{});
    const double since_epoch = real_seconds(base.time_since_epoch()).count();
    return fmt::format(
        "#[{}]\n"
        "#[Histogram log format version 1.3]\n"
        "#[StartTime: {:.3f} (seconds since epoch), {}]\n"
        "#[BaseTime: {:.3f} (seconds since epoch)]\n"
        "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\""
        "\n{}",
        title_, since_epoch, show_wall_time(base), since_epoch, lines_);
}

}  // namespace grove::cmd
