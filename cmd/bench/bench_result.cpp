// SPDX-License-Identifier: MIT
#include "cmd/bench/bench_result.hpp"

#include "cmd/common/units.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;
using real_seconds = std::chrono::duration<double>;

constexpr double busy = 0.9;                                  // of a core
constexpr duration telling = std::chrono::milliseconds(250);  // shorter runs are mostly beginning
constexpr duration late = 1ms;

double per_second(double count, duration time) noexcept {
    return time > duration::zero() ? count / real_seconds(time).count() : 0;
}

/// `p99` is 99, `p999` is 99.9: the digits after the second follow a point.
std::optional<double> percent_of(std::string_view name) noexcept {
    static constexpr std::array<std::pair<std::string_view, double>, 7> all{{{"p50", 50},
                                                                             {"p75", 75},
                                                                             {"p90", 90},
                                                                             {"p95", 95},
                                                                             {"p99", 99},
                                                                             {"p999", 99.9},
                                                                             {"p9999", 99.99}}};
    const auto* known = std::ranges::find(all, name, &std::pair<std::string_view, double>::first);
    if (known == all.end()) return std::nullopt;
    return known->second;
}

fact_value time_at(const histogram& of, std::string_view name) {
    const auto percent = percent_of(name);
    if (!percent || of.count() == 0) return {};
    return real_seconds(latency_at(of, *percent)).count();
}

fact_value latency(const histogram& of, std::string_view name) {
    if (of.count() == 0) return {};
    if (name == "min") return static_cast<double>(of.least()) / 1e9;
    if (name == "max") return static_cast<double>(of.most()) / 1e9;
    if (name == "mean") return of.mean() / 1e9;
    return time_at(of, name);
}

std::string requests_text(std::uint64_t count) {
    return count == 1 ? "a request was" : show_count(count) + " requests were";
}

}  // namespace

duration latency_at(const histogram& of, double percent) {
    return duration(static_cast<duration::rep>(of.value_at(percent)));
}

double bench_result::rate() const noexcept {
    return per_second(static_cast<double>(seen.in_time), length);
}

double bench_result::throughput() const noexcept {
    if (seen.answers == 0) return 0;
    const double of_each = static_cast<double>(seen.bytes_in) / static_cast<double>(seen.answers);
    return of_each * rate();
}

double bench_result::load_of_sender() const noexcept {
    return run > duration::zero() ? real_seconds(cpu) / real_seconds(run) / threads : 0;
}

std::vector<std::string> bench_result::doubts() const {
    std::vector<std::string> all;
    if (run >= telling && load_of_sender() > busy) {
        all.push_back(fmt::format(
            "the generator used {:.0f} % of {}: it may have been the limit, not the server "
            "(see --threads)",
            load_of_sender() * 100, threads == 1 ? "its core" : "its cores"));
    }
    constexpr std::uint64_t enough = 100;  // for a hundredth of them to be one
    if (open && seen.lateness.count() >= enough && latency_at(seen.lateness, 99) > late) {
        all.push_back(
            fmt::format("1 % of the requests went {} or more after their time: this "
                        "machine was too busy to keep the rate evenly",
                        show_latency(latency_at(seen.lateness, 99))));
    }
    if (seen.waited > 0) {
        all.push_back(
            fmt::format("{} sent late because no connection was free: latency counts from when "
                        "they were due (more connections: -c)",
                        requests_text(seen.waited)));
    }
    if (unsent > 0)
        all.push_back(
            fmt::format("{} due and never sent: no connection was free", requests_text(unsent)));
    return all;
}

bench_result pooled(std::span<const bench_result> runs) {
    bench_result all = runs[0];
    for (const bench_result& run : runs.subspan(1)) {
        all.length += run.length;
        all.cpu += run.cpu;
        all.run += run.run;
        all.unsent += run.unsent;
        all.seen.add(run.seen);
        all.seconds.insert(all.seconds.end(), run.seconds.begin(), run.seconds.end());
    }
    return all;
}

fact_value bench_source::value(std::string_view name, std::string_view key) const {
    if (name == "baseline")
        return baseline_ == nullptr ? fact_value() : bench_source(*baseline_).value(key, {});
    const tally& seen = of_.seen;
    if (name == "requests") return static_cast<double>(seen.requests());
    if (name == "answers") return static_cast<double>(seen.answers);
    if (name == "rate") return of_.rate();
    if (name == "throughput") return of_.throughput();
    if (name == "errors") return seen.error_ratio();
    if (name == "failures") return static_cast<double>(seen.failures());
    if (name == "unsent") return static_cast<double>(of_.unsent);
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) return latency(seen.latency, name);
    const std::string_view of = name.substr(0, dot);
    const std::string_view percent = name.substr(dot + 1);
    if (of == "raw") return time_at(of_.open ? seen.service : seen.latency, percent);
    if (of == "connect") return time_at(seen.connect, percent);
    if (of == "tls") return time_at(seen.tls, percent);
    return time_at(seen.first_byte, percent);
}

}  // namespace grove::cmd
