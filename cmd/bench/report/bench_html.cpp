// SPDX-License-Identifier: MIT
#include "cmd/bench/report/bench_html.hpp"

#include "cmd/bench/report/bench_charts.hpp"
#include "cmd/common/html_style.hpp"
#include "cmd/common/html_text.hpp"
#include "cmd/common/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

namespace grove::cmd {
namespace {

/// What is shown: each side's runs as one.
struct sides {
    explicit sides(const html_report& report) : now(pooled(report.runs)) {
        if (report.compared) base = pooled(report.compared->runs);
    }

    bench_result now;
    std::optional<bench_result> base;
};

/// As people write it, not terminals.
std::string show(duration latency) {
    std::string text = show_latency(latency);
    const std::size_t micro = text.find(" us");
    if (micro != std::string::npos) text.replace(micro, 3, " µs");
    return text;
}

std::string show(wall_time at) {
    std::string text = show_wall_time(at);  // 2026-11-26T05:04:03Z
    text.replace(text.size() - 4, 4, " UTC");
    text[10] = ' ';
    return text;
}

std::string load_text(const bench_result& result) {
    return result.open ? show_events(result.planned_rate) + " planned" : "as fast as answers come";
}

// --- the head ---

std::string head(const html_report& report, const bench_result& now) {
    const std::size_t runs = report.runs.size();
    std::string text = fmt::format(
        "<header>\n<p class=\"soft\">grove bench</p>\n<h1>{}</h1>\n"
        "<p class=\"soft\">{} connection{} · {} · {}{} · {}</p>\n",
        html_text(now.target), now.connections, now.connections == 1 ? "" : "s", load_text(now),
        runs == 1 ? "" : fmt::format("{} runs, together ", runs), show_duration(now.length),
        show(now.began));
    if (report.compared) {
        text += fmt::format("<p class=\"soft\">beside <b>{}</b> of {}</p>\n",
                            html_text(report.compared->name), show(report.compared->runs[0].began));
    }
    return text + "</header>\n";
}

std::string errors_text(const bench_result& of) {
    return fmt::format("{:.3g} %", of.seen.error_ratio() * 100);
}

std::string latency_text(const bench_result& of, double percent) {
    return of.seen.latency.count() == 0 ? "–" : show(latency_at(of.seen.latency, percent));
}

std::string tile(std::string_view title, const std::string& now, const std::string& base) {
    return fmt::format("<div><dt>{}</dt><dd>{}</dd>{}</div>\n", title, html_text(now),
                       base.empty() ? "" : "<dd><small>base " + html_text(base) + "</small></dd>");
}

std::string tiles(const sides& of) {
    const auto one = [&](std::string_view title, auto text) {
        return tile(title, text(of.now), of.base ? text(*of.base) : std::string());
    };
    const auto at = [](double percent) {
        return [percent](const bench_result& all) { return latency_text(all, percent); };
    };
    return "<dl class=\"tiles\">\n" +
           one("answers a second",
               [](const bench_result& all) { return show_events(all.rate()); }) +
           one("p50", at(50)) + one("p99", at(99)) + one("p99.9", at(99.9)) + one("max", at(100)) +
           one("errors", errors_text) + "</dl>\n";
}

std::string doubts(const html_report& report, const sides& of) {
    std::vector<std::string> all = of.now.doubts();
    if (report.compared) {
        for (const std::string& doubt : of.base->doubts()) all.push_back("base: " + doubt);
        for (const std::string& change : report.compared->changed)
            all.push_back("measured on another machine than base: " + change);
    }
    if (all.empty()) return {};
    std::string list;
    for (const std::string& doubt : all) list += "<li>" + html_text(doubt) + "</li>\n";
    return "<section class=\"whole\"><h2 class=\"fair\">Read with care</h2><ul "
           "class=\"doubts\">\n" +
           list + "</ul></section>\n";
}

// --- the comparison ---

std::string verdict(const comparison& seen) {
    const std::string worse = seen.list(change::worse);
    const std::string better = seen.list(change::better);
    if (worse.empty() && better.empty())
        return "<p class=\"verdict\">No difference that counts.</p>\n";
    std::string text;
    if (!worse.empty()) text += "<p class=\"verdict bad\">Worse: " + html_text(worse) + "</p>\n";
    if (!better.empty())
        text += "<p class=\"verdict good\">Better: " + html_text(better) + "</p>\n";
    return text;
}

std::string compared_figures(const html_report& report) {
    if (!report.compared) return {};
    static constexpr std::array<std::string_view, 3> classes{"dim", "good", "bad"};
    const comparison& seen = report.compared->seen;
    std::string rows;
    for (const figure_change& one : seen.figures) {
        rows += fmt::format(
            "<tr><th>{}</th><td>{}</td><td>{}</td><td class=\"words {}\">{}</td></tr>\n", one.name,
            show_figure(one.name, one.base), show_figure(one.name, one.now),
            classes[static_cast<std::size_t>(one.verdict)], html_text(to_words(one)));
    }
    return fmt::format(
        "<section class=\"whole\"><h2>Compared</h2>\n{}<div class=\"scroll\"><table "
        "class=\"compared\">\n"
        "<thead><tr><th></th><th>base</th><th>this</th><th></th></tr></thead>\n{}</table></div>\n"
        "<p class=\"note\">Medians of {} and {} runs. Runs are compared, not requests: the "
        "interval "
        "is that of the Mann-Whitney test.</p></section>\n",
        verdict(seen), rows, seen.base_runs, seen.runs);
}

// --- answers ---

struct outcome {
    std::string name;
    std::string_view css;
    std::uint64_t count = 0;
};

std::string_view css_of(load_protocol protocol, unsigned status) {
    if (is_bad_status(protocol, status))
        return protocol == load_protocol::http && status < 500 ? "fair" : "bad";
    return protocol == load_protocol::http && status >= 300 ? "plain" : "good";
}

std::vector<outcome> outcomes_of(const bench_result& of) {
    std::vector<outcome> all;
    std::uint64_t named = 0;
    for (unsigned status = 0; status < of.seen.statuses.size(); ++status) {
        const std::string name = status_name(of.protocol, status);
        if (of.seen.statuses[status] == 0 || name.empty()) continue;
        all.push_back({name, css_of(of.protocol, status), of.seen.statuses[status]});
        named += of.seen.statuses[status];
    }
    if (of.seen.answers > named) all.push_back({"answered", "good", of.seen.answers - named});
    for (std::size_t i = 0; i < load_errors; ++i) {
        const std::string name = fmt::format("error: {}", to_string(static_cast<load_error>(i)));
        if (of.seen.errors[i] > 0) all.push_back({name, "gone", of.seen.errors[i]});
    }
    if (of.unsent > 0) all.push_back({"never sent", "dim", of.unsent});
    return all;
}

std::string stack(const std::vector<outcome>& of) {
    std::string text = R"(<div class="stack" aria-hidden="true">)";
    for (const outcome& one : of) {
        text += fmt::format(R"(<i class="{}" style="flex:{} 1 0" title="{}: {}"></i>)", one.css,
                            one.count, html_text(one.name), one.count);
    }
    return text + "</div>\n";
}

std::uint64_t count_of(const std::vector<outcome>& in, const std::string& name) {
    const auto found = std::ranges::find(in, name, &outcome::name);
    return found == in.end() ? 0 : found->count;
}

std::string share_text(std::uint64_t count, const bench_result& of) {
    const std::uint64_t whole = of.seen.requests() + of.unsent;
    const double share = whole == 0 ? 0 : static_cast<double>(count) / static_cast<double>(whole);
    return fmt::format("{} <span class=\"dim\">{:.3g} %</span>", show_count(count), share * 100);
}

std::string answers(const sides& of) {
    std::vector<outcome> rows = outcomes_of(of.now);
    std::string bars = stack(rows);
    std::vector<outcome> theirs;
    if (of.base) {
        theirs = outcomes_of(*of.base);
        bars = "<p class=\"note\">this</p>" + bars + "<p class=\"note\">base</p>" + stack(theirs);
        for (const outcome& one : theirs) {
            if (count_of(rows, one.name) == 0) rows.push_back({one.name, one.css, 0});
        }
    }
    std::string table;
    for (const outcome& one : rows) {
        table += fmt::format("<tr><th><span class=\"dot {}\"></span>{}</th><td>{}</td>", one.css,
                             html_text(one.name), share_text(one.count, of.now));
        if (of.base) table += "<td>" + share_text(count_of(theirs, one.name), *of.base) + "</td>";
        table += "</tr>\n";
    }
    return fmt::format(
        "<section><h2>Answers</h2>\n{}<div class=\"scroll\"><table>{}\n{}</table>"
        "</div></section>\n",
        bars, of.base ? "<thead><tr><th></th><th>this</th><th>base</th></tr></thead>" : "", table);
}

// --- tables ---

std::string percentile_row(const std::string& title, const histogram& of) {
    if (of.count() == 0) return {};
    std::string row = "<tr><th>" + title + "</th>";
    for (const double percent : {50.0, 90.0, 99.0, 99.9, 100.0})
        row += "<td>" + show(latency_at(of, percent)) + "</td>";
    return row + "<td>" + show(duration(std::llround(of.mean()))) + "</td></tr>\n";
}

std::string percentile_rows(const bench_result& of, const std::string& whose) {
    const tally& seen = of.seen;
    std::string rows =
        percentile_row(whose + (of.open ? "from when it was due" : "latency"), seen.latency);
    if (of.open) rows += percentile_row(whose + "from the sending", seen.service);
    rows += percentile_row(whose + "first byte", seen.first_byte);
    rows += percentile_row(whose + "connect", seen.connect);
    rows += percentile_row(whose + "TLS", seen.tls);
    if (of.open) rows += percentile_row(whose + "sent late", seen.lateness);
    return rows;
}

std::string percentiles(const sides& of) {
    return "<section class=\"whole\"><h2>Percentiles</h2><div class=\"scroll\"><table>\n"
           "<thead><tr><th></th><th>p50</th><th>p90</th><th>p99</th><th>p99.9</th><th>max</th>"
           "<th>mean</th></tr></thead>\n" +
           percentile_rows(of.now, of.base ? "this: " : "") +
           (of.base ? percentile_rows(*of.base, "base: ") : "") + "</table></div></section>\n";
}

std::string fact_row(std::string_view name, const std::string& value) {
    return fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", html_text(name), html_text(value));
}

std::string facts(const html_report& report, const bench_result& now) {
    std::string rows;
    for (const auto& [name, value] : report.plan) rows += fact_row(name, value);
    rows += fact_row("requests sent", show_count(now.seen.requests()));
    rows += fact_row("received", show_size(now.seen.bytes_in) + ", " + show_rate(now.throughput()));
    rows += fact_row("sent", show_size(now.seen.bytes_out));
    rows += fact_row("generator", fmt::format("{:.0f} % of {}", now.load_of_sender() * 100,
                                              now.threads == 1 ? "a core" : "its cores"));
    rows +=
        fact_row("machine",
                 fmt::format("{}, {} core{}, Linux {}{}", report.on.cpu, report.on.cores,
                             report.on.cores == 1 ? "" : "s", report.on.kernel,
                             report.on.governor.empty() ? "" : ", governor " + report.on.governor));
    rows += fact_row("measured by", "grove " + report.on.grove);
    return "<section><h2>Facts</h2><table class=\"facts\">\n" + rows + "</table></section>\n";
}

/// `figure` over the page's whole width.
std::string wide(std::string figure) {
    constexpr std::string_view tag = "<figure";
    if (!figure.empty()) figure.insert(tag.size(), " class=\"whole\"");
    return figure;
}

}  // namespace

std::string to_html(const html_report& report) {
    const sides of(report);
    const bench_result* base = of.base ? &*of.base : nullptr;
    const std::vector<bench_result> none;
    return fmt::format(
               "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
               "<meta http-equiv=\"Content-Security-Policy\" "
               "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
               "<title>grove bench: {}</title>\n<style>",
               html_text(of.now.target))
        .append(html_style())
        .append("</style>\n</head>\n<body>\n<main>\n")
        .append(head(report, of.now) + tiles(of) + "<div class=\"cards\">\n")
        .append(doubts(report, of) + compared_figures(report))
        .append(wide(chart_of_time(report.runs, report.compared ? report.compared->runs : none)))
        .append(chart_of_percentiles(of.now, base) + chart_of_latencies(of.now, base))
        .append(percentiles(of) + answers(of) + facts(report, of.now))
        .append("</div>\n</main>\n</body>\n</html>\n");
}

}  // namespace grove::cmd
