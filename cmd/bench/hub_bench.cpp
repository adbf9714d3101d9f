// SPDX-License-Identifier: MIT
#include "cmd/bench/hub_bench.hpp"

#include "cmd/bench/hub_workloads.hpp"
#include "cmd/common/json_text.hpp"

#include <grove/greenlet.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace grove::cmd {
namespace {

constexpr std::string_view keyword = "hub";
constexpr std::size_t runs = 5;
constexpr std::uint64_t shorter = 5;  // a run is a fifth of what a workload does in a second

struct figures {
    std::array<double, runs> sorted{};  // nanoseconds

    [[nodiscard]] double median() const noexcept { return sorted[runs / 2]; }
};

std::span<const std::string> names_of(const bench_options& options) {
    return std::span(options.urls).subspan(1);
}

const hub_workload* find_workload(std::string_view name) {
    const auto all = hub_workloads();
    const auto found = std::ranges::find(all, name, &hub_workload::name);
    return found == all.end() ? nullptr : &*found;
}

std::vector<const hub_workload*> chosen(const bench_options& options) {
    std::vector<const hub_workload*> all;
    for (const std::string& name : names_of(options)) all.push_back(find_workload(name));
    if (!all.empty()) return all;
    for (const hub_workload& one : hub_workloads()) all.push_back(&one);
    return all;
}

figures measure(const hub_workload& what, std::uint64_t count) {
    figures found;
    for (double& one : found.sorted) one = spawn([&] { return what.run(count); }).get();
    std::ranges::sort(found.sorted);
    return found;
}

}  // namespace

bool is_hub_bench(const bench_options& options) noexcept {
    return !options.urls.empty() && options.urls[0] == keyword;
}

std::optional<std::string> validate_hub_bench(const bench_options& options) {
    for (const std::string& name : names_of(options)) {
        if (find_workload(name)) continue;
        std::string known;
        for (const hub_workload& one : hub_workloads())
            known += (known.empty() ? "" : ", ") + std::string(one.name);
        return "bench hub has no workload " + name + ": there are " + known;
    }
    const bench_options usual;
    const bool loads = options.rate || !options.stages.all.empty() || options.length ||
                       !options.expect.empty() || !options.input.empty() ||
                       options.connections != usual.connections || options.threads != usual.threads;
    if (loads) return "bench hub loads nothing: it takes -n, --json and names of workloads";
    return std::nullopt;
}

exit_code run_hub_bench(const bench_options& options, output& out) {
    json_object line;
    line.add("target", keyword).open("workloads");
    if (!options.talk.json) {
        out.line(fmt::format("{:<16} {:>9} {:>9} {:>9}", "nanoseconds", "median", "best", "worst"));
    }
    for (const hub_workload* what : chosen(options)) {
        const std::uint64_t count = options.requests.value_or(what->count / shorter);
        const figures found = measure(*what, count);
        line.open(what->name).add("count", count).add("ns", found.median());
        line.add("best", found.sorted.front()).add("worst", found.sorted.back()).close();
        if (options.talk.json) continue;
        out.line(fmt::format("{:<16} {:>9.2f} {:>9.2f} {:>9.2f}  {}", what->name, found.median(),
                             found.sorted.front(), found.sorted.back(), what->what));
        out.flush();
    }
    line.close();
    if (options.talk.json) out.json(line.text());
    return exit_code::ok;
}

}  // namespace grove::cmd
