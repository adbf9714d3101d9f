// SPDX-License-Identifier: MIT
#include "cmd/bench/report/chart.hpp"

#include "cmd/common/html_text.hpp"

#include <fmt/format.h>

namespace grove::cmd {
namespace {

constexpr double size = 1000;  // of the SVG's own coordinates, both ways

/// On a telephone, where a character is a fortieth of the plot's width.
bool touch(const chart_axis::tick& left, const chart_axis::tick& right) {
    constexpr double character = 0.027;
    const auto characters = static_cast<double>(left.label.size() + right.label.size());
    return right.place - left.place < (characters / 2 + 1) * character;
}

}  // namespace

chart::chart(std::string title, std::string summary, chart_axis x, chart_axis y)
    : title_(std::move(title)), summary_(std::move(summary)), x_(std::move(x)), y_(std::move(y)) {}

std::string chart::at(const chart_point& point) const {
    return fmt::format("{:.1f},{:.1f} ", x_.place(point.x) * size, (1 - y_.place(point.y)) * size);
}

void chart::line(const std::vector<chart_point>& through, std::string_view css) {
    if (through.empty()) return;
    std::string points;
    for (const chart_point& point : through) points += at(point);
    // One point alone is no line: a short one is shown.
    if (through.size() == 1) {
        points += fmt::format("{:.1f},{:.1f}", x_.place(through[0].x) * size + size / 100,
                              (1 - y_.place(through[0].y)) * size);
    }
    shapes_ += fmt::format("<polyline class=\"{}\" points=\"{}\"/>\n", css, points);
}

void chart::band(const std::vector<chart_point>& upper, const std::vector<chart_point>& lower,
                 std::string_view css) {
    if (upper.size() < 2) return;
    std::string points;
    for (const chart_point& point : upper) points += at(point);
    const std::vector<chart_point> back(lower.rbegin(), lower.rend());
    for (const chart_point& point : back) points += at(point);
    shapes_ += fmt::format("<polygon class=\"{}\" points=\"{}\"/>\n", css, points);
}

void chart::bar(double from, double to, double top, std::string_view css, std::string_view hint) {
    const double left = x_.place(from) * size;
    const double height = y_.place(top) * size;
    shapes_ += fmt::format(
        "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\">"
        "<title>{}</title></rect>\n",
        css, left, size - height, x_.place(to) * size - left, height, html_text(hint));
}

void chart::rule(double at) {
    const double x = x_.place(at) * size;
    shapes_ += fmt::format("<path class=\"rule\" d=\"M{:.1f} 0V{}\"/>\n", x, size);
}

void chart::explain(std::string_view css, std::string_view text) {
    key_ += fmt::format(R"(<li><i class="{}"></i>{}</li>)", css, html_text(text));
}

std::string chart::grid() const {
    std::string path = fmt::format("M0 {}H{}", size, size);  // the ground, tick or not
    for (const chart_axis::tick& tick : y_.ticks())
        path += fmt::format("M0 {:.1f}H{}", (1 - tick.place) * size, size);
    for (const chart_axis::tick& tick : x_.ticks())
        path += fmt::format("M{:.1f} 0V{}", tick.place * size, size);
    return "<path class=\"grid\" d=\"" + path + "\"/>\n";
}

std::string chart::labels() const {
    std::string text;
    for (const chart_axis::tick& tick : y_.ticks())
        text += fmt::format(R"(<b class="y" style="top:{:.2f}%">{}</b>)", (1 - tick.place) * 100,
                            html_text(tick.label));
    const chart_axis::tick* last = nullptr;
    for (const chart_axis::tick& tick : x_.ticks()) {
        const bool crowded = last != nullptr && touch(*last, tick);
        if (!crowded) last = &tick;
        text += fmt::format(R"(<b class="x{}" style="left:{:.2f}%">{}</b>)", crowded ? " wide" : "",
                            tick.place * 100, html_text(tick.label));
    }
    return text;
}

std::string chart::html() const {
    return fmt::format(
        "<figure>\n<figcaption><h2>{}</h2><ul class=\"key\">{}</ul></figcaption>\n"
        "<div class=\"plot\"><svg viewBox=\"0 0 {:.0f} {:.0f}\" preserveAspectRatio=\"none\" "
        "role=\"img\" aria-label=\"{}\">\n{}{}</svg>{}</div>\n{}</figure>\n",
        html_text(title_), key_, size, size, html_text(summary_), grid(), shapes_, labels(),
        note_.empty() ? "" : "<p class=\"note\">" + html_text(note_) + "</p>\n");
}

}  // namespace grove::cmd
