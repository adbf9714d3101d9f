// SPDX-License-Identifier: MIT
#pragma once

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

/// What the C++ programs of this folder share: a table of workloads, the command line that picks
/// one of them, and the line that reports a metric: `name<TAB>value<TAB>unit`.

namespace measure {

struct workload {
    std::string_view name;
    std::uint64_t count;  ///< how many operations unless the command line says otherwise
    void (*run)(std::string_view name, std::uint64_t count);
};

inline void report(std::string_view metric, double value, std::string_view unit) {
    std::printf("%.*s\t%.3f\t%.*s\n", static_cast<int>(metric.size()), metric.data(), value,
                static_cast<int>(unit.size()), unit.data());
}

/// Runs `body` once. Result: its wall time divided by `count`.
template <std::invocable Body>
double nanoseconds_each(std::uint64_t count, Body&& body) {
    const auto start = std::chrono::steady_clock::now();
    body();
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
    return taken.count() / static_cast<double>(count);
}

/// The memory of this process as the kernel counts it.
struct footprint {
    double resident_bytes = 0;
    double mappings = 0;

    static footprint now() {
        std::ifstream statm("/proc/self/statm");
        double pages = 0;
        double resident = 0;
        statm >> pages >> resident;
        std::ifstream maps("/proc/self/maps");
        const auto lines = std::count(std::istreambuf_iterator<char>(maps), {}, '\n');
        return {resident * static_cast<double>(sysconf(_SC_PAGESIZE)), static_cast<double>(lines)};
    }
};

/// Reports what `count` parked threads of execution took between two footprints.
inline void report_parked(footprint before, footprint after, std::uint64_t count,
                          double create_ns) {
    const auto each = (after.resident_bytes - before.resident_bytes) / static_cast<double>(count);
    report("parked.count", static_cast<double>(count), "greenlets");
    report("parked.memory", each, "B");
    report("parked.create", create_ns, "ns");
    report("parked.mappings", after.mappings - before.mappings, "mappings");
}

/// `program WORKLOAD [COUNT]`. Result: the exit status.
inline int run_one(std::span<const workload> workloads, std::span<char*> arguments) {
    if (arguments.size() == 2 || arguments.size() == 3) {
        const auto count = arguments.size() == 3 ? std::strtoull(arguments[2], nullptr, 10) : 0;
        for (const auto& each : workloads) {
            if (each.name != arguments[1]) continue;
            each.run(each.name, count == 0 ? each.count : count);
            return 0;
        }
    }
    std::fprintf(stderr, "usage: %s WORKLOAD [COUNT]\nworkloads:", arguments[0]);
    for (const auto& each : workloads) std::fprintf(stderr, " %s", std::string(each.name).c_str());
    std::fprintf(stderr, "\n");
    return 2;
}

}  // namespace measure
