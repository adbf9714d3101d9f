// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/report/chart_axis.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// A chart as a piece of an HTML page: an SVG that takes any width, and labels beside it that keep
/// their size, so that it can be read on a telephone and on paper. Colours are classes of the
/// page's style sheet.

namespace grove::cmd {

/// A value on each axis.
struct chart_point {
    double x = 0;
    double y = 0;
};

class chart {
 public:
    /// `summary` says in words what is shown, for who cannot see it.
    chart(std::string title, std::string summary, chart_axis x, chart_axis y);

    void line(const std::vector<chart_point>& through, std::string_view css);

    /// What lies between two lines over the same x.
    void band(const std::vector<chart_point>& upper, const std::vector<chart_point>& lower,
              std::string_view css);

    /// From the ground to `top`; `hint` is shown where it is pointed at.
    void bar(double from, double to, double top, std::string_view css, std::string_view hint);

    /// A line from top to bottom.
    void rule(double at);

    /// Explains a colour.
    void explain(std::string_view css, std::string_view text);

    /// A sentence under the chart.
    void note(std::string text) { note_ = std::move(text); }

    [[nodiscard]] std::string html() const;

 private:
    [[nodiscard]] std::string at(const chart_point& point) const;
    [[nodiscard]] std::string grid() const;
    [[nodiscard]] std::string labels() const;

    std::string title_;
    std::string summary_;
    std::string note_;
    chart_axis x_;
    chart_axis y_;
    std::string shapes_;
    std::string key_;
};

}  // namespace grove::cmd
