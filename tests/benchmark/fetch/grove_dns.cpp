// SPDX-License-Identifier: MIT
#include "runtime/workload.hpp"

#include <grove/dns.hpp>
#include <grove/greenlet.hpp>

#include <vector>

// Names a second through the public interface: each of a list once from the network, IN_FLIGHT at
// a time, then the ones that are remembered again from memory.
//
//     grove_dns ADDRESS:PORT IN_FLIGHT FILE

namespace {

std::vector<std::string> read_lines(const char* path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

void resolve(const std::string& name, const grove::dns::options& how) {
    const auto got = grove::dns::resolve(name, how);
    if (got.addresses.size() == 1) return;
    std::fprintf(stderr, "grove_dns: %s: %zu addresses\n", name.c_str(), got.addresses.size());
    std::exit(1);
}

void resolve_all(const std::vector<std::string>& names, const grove::dns::options& how,
                 std::size_t in_flight) {
    std::size_t next = 0;
    std::vector<grove::greenlet<void>> workers;
    for (std::size_t i = 0; i < in_flight; ++i) {
        workers.push_back(grove::spawn([&] {
            while (next < names.size()) resolve(names[next++], how);
        }));
    }
    for (auto& worker : workers) worker.get();
}

double names_a_second(double ns_each) {
    return 1e9 / ns_each;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: grove_dns ADDRESS:PORT IN_FLIGHT FILE\n");
        return 2;
    }
    const grove::dns::options how{.family = grove::dns::family::v4, .servers = {argv[1]}};
    const auto in_flight = std::strtoul(argv[2], nullptr, 10);
    const auto names = read_lines(argv[3]);
    const auto cold =
        measure::nanoseconds_each(names.size(), [&] { resolve_all(names, how, in_flight); });

    // The last ones: the resolver's memory is bounded and keeps what was used last.
    constexpr std::size_t remembered = 1000;
    constexpr std::size_t rounds = 500;
    const auto cached = measure::nanoseconds_each(remembered * rounds, [&] {
        for (std::size_t i = 0; i < remembered * rounds; ++i) {
            resolve(names[names.size() - 1 - i % remembered], how);
        }
    });
    measure::report("dns.cold", names_a_second(cold), "names/s");
    measure::report("dns.cached", names_a_second(cached), "names/s");
    return 0;
}
