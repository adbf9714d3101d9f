// SPDX-License-Identifier: MIT
#include "base/exception_text.hpp"
#include "core/schedule.hpp"

#include <grove/explore.hpp>
#include <grove/simulation.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <utility>

namespace grove {
namespace {

/// Null: the test passed.
std::exception_ptr run(std::uint64_t seed, const std::function<void()>& test) {
    const simulation world({.seed = seed});
    try {
        test();
    } catch (...) {
        return std::current_exception();
    }
    return nullptr;
}

}  // namespace

exploration_failed::exploration_failed(std::uint64_t seed, std::uint64_t seeds,
                                       std::exception_ptr cause)
    : std::runtime_error(
          fmt::format("seed {} of {} fails: {}", seed, seeds, detail::text_of(cause))),
      seed_(seed),
      cause_(std::move(cause)) {}

exploration_failed::~exploration_failed() = default;

void explore(std::uint64_t seeds, const std::function<void()>& test) {
    const std::optional<std::uint64_t> only = detail::schedule::wish();
    for (std::uint64_t seed = only.value_or(1); seed <= only.value_or(seeds); ++seed) {
        const std::exception_ptr error = run(seed, test);
        if (!error) continue;
        const exploration_failed failure(seed, seeds, error);
        std::fprintf(stderr, "grove: %s; GROVE_SCHEDULE=seed:%llu replays it\n", failure.what(),
                     static_cast<unsigned long long>(seed));
        throw failure;
    }
}

}  // namespace grove
