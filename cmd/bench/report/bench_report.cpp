// SPDX-License-Identifier: MIT
#include "cmd/bench/report/bench_report.hpp"

#include "cmd/common/json_text.hpp"
#include "cmd/common/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <string_view>
#include <vector>

namespace grove::cmd {
namespace {

struct percentile {
    const char* key;
    const char* title;
    double percent;
};

constexpr std::array shown{percentile{"p50", "p50", 50}, percentile{"p90", "p90", 90},
                           percentile{"p99", "p99", 99}, percentile{"p999", "p99.9", 99.9}};
constexpr std::array kept{percentile{"p50", "p50", 50},        percentile{"p75", "p75", 75},
                          percentile{"p90", "p90", 90},        percentile{"p95", "p95", 95},
                          percentile{"p99", "p99", 99},        percentile{"p999", "p99.9", 99.9},
                          percentile{"p9999", "p99.99", 99.99}};

std::string row(std::string_view title, const histogram& of) {
    std::string line = fmt::format("  {:<11}", title);
    for (const percentile& p : shown)
        line += fmt::format(" {:>8}", show_latency(latency_at(of, p.percent)));
    line += fmt::format(" {:>8}", show_latency(latency_at(of, 100)));
    line += fmt::format(" {:>8}\n", show_latency(duration(std::llround(of.mean()))));
    return line;
}

std::string latency_table(const bench_result& result) {
    const tally& seen = result.seen;
    std::string text = fmt::format("  {:<11}", "latency");
    for (const percentile& p : shown) text += fmt::format(" {:>8}", p.title);
    text += fmt::format(" {:>8} {:>8}\n", "max", "mean");
    text += row(result.open ? "corrected" : "", seen.latency);
    if (result.open) text += row("raw", seen.service);
    if (seen.first_byte.count() > 0) text += row("first byte", seen.first_byte);
    if (seen.connect.count() > 0) text += row("connect", seen.connect);
    if (seen.tls.count() > 0) text += row("tls", seen.tls);
    if (result.open && seen.lateness.count() > 0) text += row("sent late", seen.lateness);
    return text;
}

/// Bars over latencies that grow by equal factors.
std::string bars(const histogram& of) {
    constexpr int rows = 10;
    constexpr int widest = 40;
    if (of.count() < 2 || of.least() == of.most()) return {};
    const double low = std::log(static_cast<double>(std::max<std::uint64_t>(of.least(), 1)));
    const double step = (std::log(static_cast<double>(of.most())) - low) / rows;
    std::array<std::uint64_t, rows> counts{};
    std::array<std::uint64_t, rows> ends{};
    std::uint64_t before = 0;
    for (int i = 0; i < rows; ++i) {
        const auto at = static_cast<std::size_t>(i);
        ends[at] =
            i + 1 == rows ? of.most() : static_cast<std::uint64_t>(std::exp(low + step * (i + 1)));
        const std::uint64_t upto = of.count_to(ends[at]);
        counts[at] = upto - before;
        before = upto;
    }
    const std::uint64_t highest = *std::ranges::max_element(counts);
    std::string text = "\n";
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const double share = static_cast<double>(counts[i]) / static_cast<double>(of.count());
        const auto width = static_cast<std::size_t>(
            std::ceil(static_cast<double>(counts[i]) / static_cast<double>(highest) * widest));
        text += fmt::format("  <= {:>8} {:>6.2f} % {}\n",
                            show_latency(duration(static_cast<duration::rep>(ends[i]))),
                            share * 100, std::string(width, '#'));
    }
    return text;
}

std::string summary(const bench_result& result) {
    const tally& seen = result.seen;
    std::string text = fmt::format("{}: {} connection{}", result.target, result.connections,
                                   result.connections == 1 ? "" : "s");
    if (result.threads > 1) text += fmt::format(", {} threads", result.threads);
    text += fmt::format(", {}\n\n", show_duration(result.length));
    text += fmt::format("  {} answers, {}", show_count(seen.answers), show_events(result.rate()));
    if (result.open) text += fmt::format(" of {} planned", show_events(result.planned_rate));
    text += fmt::format(", {}\n", show_rate(result.throughput()));
    return text;
}

std::string statuses(const bench_result& result) {
    const tally& seen = result.seen;
    std::string text;
    for (std::size_t i = 0; i < seen.statuses.size(); ++i) {
        const std::string name = status_name(result.protocol, static_cast<unsigned>(i));
        if (seen.statuses[i] > 0 && !name.empty())
            text += fmt::format("{}{}: {}", text.empty() ? "  status " : ", ", name,
                                show_count(seen.statuses[i]));
    }
    return text.empty() ? text : text + '\n';
}

std::string errors(const tally& seen) {
    std::string text;
    for (std::size_t i = 0; i < load_errors; ++i) {
        if (seen.errors[i] == 0) continue;
        const auto kind = static_cast<load_error>(i);
        text += fmt::format("  error {}: {}", to_string(kind), show_count(seen.errors[i]));
        const auto example = seen.examples.find(kind);
        if (example != seen.examples.end()) text += fmt::format(" ({})", example->second);
        text += '\n';
    }
    return text;
}

void add(json_object& to, std::string_view key, const histogram& of) {
    if (of.count() == 0) {
        to.add_null(key);
        return;
    }
    to.open(key);
    to.add("count", of.count());
    to.add("min", static_cast<double>(of.least()) / 1e9).add("mean", of.mean() / 1e9);
    to.add("deviation", of.deviation() / 1e9).add("max", static_cast<double>(of.most()) / 1e9);
    for (const percentile& p : kept)
        to.add(p.key, static_cast<double>(of.value_at(p.percent)) / 1e9);
    to.close();
}

void add_counts(json_object& to, const bench_result& result) {
    const tally& seen = result.seen;
    to.open("errors");
    for (std::size_t i = 0; i < load_errors; ++i) {
        if (seen.errors[i] > 0) to.add(to_string(static_cast<load_error>(i)), seen.errors[i]);
    }
    to.close().open("statuses");
    for (std::size_t i = 0; i < seen.statuses.size(); ++i) {
        const std::string name = status_name(result.protocol, static_cast<unsigned>(i));
        if (seen.statuses[i] > 0 && !name.empty()) to.add(name, seen.statuses[i]);
    }
    to.close();
}

std::string notes(const bench_result& result) {
    std::string list = "[";
    for (const std::string& doubt : result.doubts()) {
        if (list.size() > 1) list += ',';
        append_json_string(list, doubt);
    }
    return list + ']';
}

}  // namespace

std::string to_table(const bench_result& result) {
    const tally& seen = result.seen;
    std::string text = summary(result) + statuses(result) + errors(seen);
    if (seen.latency.count() > 0) text += '\n' + latency_table(result) + bars(seen.latency);
    return text;
}

void add_to(json_object& line, const bench_result& result) {
    const tally& seen = result.seen;
    line.add("target", result.target).add("protocol", to_string(result.protocol));
    line.add("connections", result.connections);
    line.add("threads", result.threads).add("open", result.open);
    line.add("planned_rate",
             result.open ? std::optional<double>(result.planned_rate) : std::nullopt);
    line.add("seconds", std::chrono::duration<double>(result.length).count());
    line.add("requests", seen.requests()).add("answers", seen.answers).add("rate", result.rate());
    line.add("throughput", result.throughput());
    line.add("bytes_in", seen.bytes_in).add("bytes_out", seen.bytes_out);
    add_counts(line, result);
    line.add("error_ratio", seen.error_ratio()).add("unsent", result.unsent);
    line.add("waited", seen.waited);
    add(line, "latency", seen.latency);
    add(line, "raw", result.open ? seen.service : seen.latency);
    add(line, "first_byte", seen.first_byte);
    add(line, "connect", seen.connect);
    add(line, "tls", seen.tls);
    add(line, "lateness", seen.lateness);
    line.add("generator_load", result.load_of_sender());
    line.add_json("notes", notes(result));
}

std::string to_json(const bench_result& result) {
    json_object line;
    add_to(line, result);
    return line.text();
}

}  // namespace grove::cmd
