// SPDX-License-Identifier: MIT
#include "core/schedule.hpp"

#include "base/check.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

namespace grove::detail {

std::optional<std::uint64_t> schedule::wish() {
    const char* wish = std::getenv("GROVE_SCHEDULE");
    if (wish == nullptr || *wish == '\0') return std::nullopt;
    std::string_view text(wish);
    std::uint64_t seed_value = 0;
    constexpr std::string_view prefix = "seed:";
    const bool prefixed = text.starts_with(prefix);
    if (prefixed) text.remove_prefix(prefix.size());
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), seed_value);
    if (!prefixed || error != std::errc{} || rest != text.data() + text.size()) {
        fatal("GROVE_SCHEDULE must read seed:N with a whole number N");
    }
    return seed_value;
}

void schedule::seed(std::optional<std::uint64_t> seed) noexcept {
    seeded_ = seed.has_value();
    state_ = seed.value_or(0);
    left_in_round_ = 0;
}

void schedule::before_taking(greenlet_core*& first, greenlet_core**& end) noexcept {
    if (left_in_round_-- > 0) return;
    std::vector<greenlet_core*> round;
    for (greenlet_core* g = first; g != nullptr; g = g->next_ready) round.push_back(g);
    for (std::size_t i = round.size(); i > 1; --i) std::swap(round[i - 1], round[random_below(i)]);
    end = &first;
    for (greenlet_core* g : round) {
        *end = g;
        end = &g->next_ready;
    }
    *end = nullptr;
    left_in_round_ = round.size() - 1;
}

// splitmix64, by Steele, Lea and Flood (2014): the standard's generators would do, but their
// distributions differ between libraries, and a seed must replay everywhere.
std::uint64_t schedule::random() noexcept {
    std::uint64_t z = state_ += 0x9e37'79b9'7f4a'7c15U;
    z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9U;
    z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11ebU;
    return z ^ (z >> 31);
}

std::size_t schedule::random_below(std::size_t bound) noexcept {
    // The bias of the remainder is below bound / 2^64.
    return static_cast<std::size_t>(random() % bound);
}

}  // namespace grove::detail
