// SPDX-License-Identifier: MIT
#include "cmd/bench/report/machine.hpp"

#include <sched.h>
#include <sys/utsname.h>

#include <fstream>
#include <string_view>

namespace grove::cmd {
namespace {

/// Of `key : value` lines, the value of the first whose key is one of two: x86 and arm64 differ.
std::string model_of_cpu() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        if (!line.starts_with("model name") && !line.starts_with("CPU part")) continue;
        const std::size_t value = line.find(": ");
        if (value != std::string::npos) return line.substr(value + 2);
    }
    return "unknown";
}

std::string first_line(const char* path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

void note(std::vector<std::string>& into, std::string_view what, const std::string& then,
          const std::string& now) {
    if (then == now) return;
    into.push_back(std::string(what) + " " + (now.empty() ? "unknown" : now) + ", not " +
                   (then.empty() ? "unknown" : then));
}

}  // namespace

machine this_machine() {
    machine here;
    here.cpu = model_of_cpu();
    cpu_set_t usable;
    CPU_ZERO(&usable);
    if (::sched_getaffinity(0, sizeof usable, &usable) == 0)
        here.cores = static_cast<unsigned>(CPU_COUNT(&usable));
    utsname system{};
    ::uname(&system);
    here.kernel = system.release;
    here.governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    here.grove = GROVE_VERSION;
    return here;
}

std::vector<std::string> differences(const machine& then, const machine& now) {
    std::vector<std::string> all;
    note(all, "CPU", then.cpu, now.cpu);
    note(all, "cores", std::to_string(then.cores), std::to_string(now.cores));
    note(all, "kernel", then.kernel, now.kernel);
    note(all, "governor", then.governor, now.governor);
    note(all, "grove", then.grove, now.grove);
    return all;
}

}  // namespace grove::cmd
