// SPDX-License-Identifier: MIT
// What progress looks like: pure functions of the model.
#include "cmd/common/progress.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/common/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace grove::cmd {

namespace {

constexpr unsigned narrowest = 20;
constexpr std::size_t bar_columns = 24;
constexpr double longest_estimate = 100.0 * 24 * 3600;  // beyond it, an estimate says nothing

std::string bar(double share, std::size_t columns) {
    const double filled = std::clamp(share, 0.0, 1.0) * static_cast<double>(columns);
    const auto full = static_cast<std::size_t>(filled);
    std::string inside(full, '=');
    if (full < columns) inside += full > 0 || share > 0 ? '>' : ' ';
    inside.resize(columns, ' ');
    return '[' + inside + ']';
}

std::uint64_t ended(const progress_model& model) noexcept {
    return model.done + model.failed;
}

std::string counts(const progress_model& model) {
    std::string text = show_count(ended(model));
    if (model.total) text += '/' + show_count(*model.total);
    return text;
}

// Nullopt while nothing tells how much there is.
std::optional<double> share_done(const progress_model& model) noexcept {
    if (model.total_bytes && *model.total_bytes > 0) {
        return static_cast<double>(model.bytes) / static_cast<double>(*model.total_bytes);
    }
    if (model.total && *model.total > 0) {
        return static_cast<double>(ended(model)) / static_cast<double>(*model.total);
    }
    return std::nullopt;
}

std::string overall(const progress_model& model, const progress_speed& speed, unsigned columns) {
    std::string text = counts(model);
    if (model.failed > 0) text += fmt::format("  {} failed", show_count(model.failed));
    text += "  " + show_size(model.bytes) + "  " + show_rate(speed.bytes_per_second);
    text +=
        "  " + (speed.left ? show_duration(*speed.left) + " left" : show_duration(speed.elapsed));
    if (!model.note.empty()) text += "  " + one_line(model.note);
    const auto share = share_done(model);
    // The numbers matter more than the bar: it comes only where it leaves them room.
    if (share && display_width(text) + bar_columns + 8 <= columns) {
        const int percent = static_cast<int>(std::floor(std::clamp(*share, 0.0, 1.0) * 100));
        text = fmt::format("{} {:3}%  {}", bar(*share, bar_columns), percent, text);
    }
    return fit_end(text, columns);
}

std::string transfer(const transfer_line& of, unsigned columns) {
    std::string right;
    if (!of.state.empty()) {
        right = one_line(of.state);
    } else if (of.total && *of.total > 0) {
        const double share = static_cast<double>(of.bytes) / static_cast<double>(*of.total);
        const int percent = static_cast<int>(std::floor(std::clamp(share, 0.0, 1.0) * 100));
        right = fmt::format("{:3}% of {}", percent, show_size(*of.total));
    } else {
        right = show_size(of.bytes);
    }
    right = fit_end(right, columns / 2);
    const std::size_t room = columns - display_width(right) - 4;
    const std::string name = fit_middle(one_line(of.name), room);
    return "  " + name + std::string(room - display_width(name) + 2, ' ') + right;
}

}  // namespace

std::optional<duration> time_left(const progress_model& model,
                                  const progress_speed& speed) noexcept {
    double left = 0;
    if (model.total_bytes && speed.bytes_per_second > 0) {
        const auto missing = *model.total_bytes - std::min(*model.total_bytes, model.bytes);
        left = static_cast<double>(missing) / speed.bytes_per_second;
    } else if (model.total && speed.items_per_second > 0) {
        const auto missing = *model.total - std::min(*model.total, ended(model));
        left = static_cast<double>(missing) / speed.items_per_second;
    } else {
        return std::nullopt;
    }
    if (left > longest_estimate) return std::nullopt;
    return std::chrono::duration_cast<duration>(std::chrono::duration<double>(left));
}

std::vector<std::string> render_status(const progress_model& model, const progress_speed& speed,
                                       unsigned columns, unsigned rows) {
    columns = std::max(columns, narrowest);
    std::vector<std::string> lines;
    if (rows == 0) return lines;
    lines.push_back(overall(model, speed, columns));
    std::size_t shown = 0;
    for (const transfer_line& each : model.transfers) {
        if (lines.size() + 1 >= rows) break;
        lines.push_back(transfer(each, columns));
        ++shown;
    }
    if (shown > 0 && model.active > shown && lines.size() < rows) {
        lines.push_back(
            fit_end(fmt::format("  and {} more", show_count(model.active - shown)), columns));
    }
    return lines;
}

std::string render_plain(const progress_model& model, const progress_speed& speed) {
    std::string text = counts(model) + " done";
    if (model.failed > 0) text += fmt::format(", {} failed", show_count(model.failed));
    text += fmt::format(", {}, {}", show_size(model.bytes), show_rate(speed.bytes_per_second));
    if (speed.left) text += fmt::format(", {} left", show_duration(*speed.left));
    if (!model.note.empty()) text += ", " + one_line(model.note);
    return text;
}

}  // namespace grove::cmd
