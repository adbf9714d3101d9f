// SPDX-License-Identifier: MIT
#include "cmd/bench/hub_workloads.hpp"
#include "runtime/workload.hpp"

#include <grove/event.hpp>
#include <grove/greenlet.hpp>

#include <span>
#include <vector>

// What `grove bench hub` measures, a workload a run, and memory.

namespace {

void parked(std::string_view, std::uint64_t count) {
    grove::event gate;
    std::vector<grove::greenlet<void>> all;
    all.reserve(count);
    const auto before = measure::footprint::now();
    const auto create_ns = measure::nanoseconds_each(count, [&] {
        for (std::uint64_t i = 0; i < count; ++i) {
            all.push_back(grove::spawn([&gate] { gate.wait(); }));
        }
        grove::yield();
    });
    measure::report_parked(before, measure::footprint::now(), count, create_ns);
    gate.set();
    for (auto& g : all) g.join();
}

constexpr measure::workload memory[] = {{"parked", 1'000'000, parked}};

/// Result: false when `name` is none of the hub's.
bool run_hub_workload(std::string_view name, std::uint64_t count) {
    for (const auto& each : grove::cmd::hub_workloads()) {
        if (each.name != name) continue;
        measure::report(name, each.run(count == 0 ? each.count : count), "ns");
        return true;
    }
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
    if (argc > 1 && run_hub_workload(argv[1], count)) return 0;
    return measure::run_one(memory, {argv, static_cast<std::size_t>(argc)});
}
