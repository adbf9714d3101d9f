// SPDX-License-Identifier: MIT
#include "cmd/serve/fault_rules.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace grove::cmd {
namespace {

bool fits(const fault_rule& rule, std::string_view method, std::string_view path) noexcept {
    if (!rule.path.empty() && !matches_pattern(rule.path, path)) return false;
    return rule.methods.empty() || std::ranges::find(rule.methods, method) != rule.methods.end();
}

/// What a random number is for: each use has a sequence of its own.
enum class draw : std::uint64_t { chance, delay };

std::uint64_t mixed(std::uint64_t value) noexcept {
    // The finalizer of SplitMix64 (Steele, Lea, Flood 2014): every bit depends on every bit.
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
}

/// From 0 up to, and without, 1.
double random_share(std::uint64_t seed, std::size_t rule, std::uint64_t request,
                    draw use) noexcept {
    constexpr std::uint64_t step = 0x9e3779b97f4a7c15;
    std::uint64_t value = mixed(seed + step);
    value = mixed(value + step * (2 * rule + static_cast<std::uint64_t>(use) + 1));
    value = mixed(value + step * (request + 1));
    return static_cast<double>(value >> 11) * 0x1.0p-53;
}

fault_end end_of(const fault_rule& rule) noexcept {
    if (rule.reset) return fault_end::reset;
    if (rule.stall) return fault_end::stall;
    return rule.truncate ? fault_end::close : fault_end::none;
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text) noexcept {
    std::size_t at = 0;    // in the pattern
    std::size_t done = 0;  // of the text
    std::size_t star = std::string_view::npos;
    std::size_t taken = 0;  // of the text, up to where the last star ends
    while (done < text.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            taken = done;
        } else if (at < pattern.size() && pattern[at] == text[done]) {
            ++at;
            ++done;
        } else if (star != std::string_view::npos) {
            at = star + 1;
            done = ++taken;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', at) == std::string_view::npos;
}

fault_rules::fault_rules(std::vector<fault_rule> rules, std::uint64_t seed)
    : rules_(std::move(rules)), fitted_(rules_.size()), seed_(seed) {}

fault_plan fault_rules::decide(std::string_view method, std::string_view path) noexcept {
    fault_plan plan;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        const fault_rule& rule = rules_[i];
        if (!fits(rule, method, path)) continue;
        const std::uint64_t request = fitted_[i].fetch_add(1, std::memory_order_relaxed);
        if (rule.first && request >= *rule.first) continue;
        if (random_share(seed_, i, request, draw::chance) < rule.chance.ratio())
            apply(i, request, plan);
    }
    return plan;
}

void fault_rules::apply(std::size_t index, std::uint64_t request, fault_plan& plan) const noexcept {
    const fault_rule& rule = rules_[index];
    if (!plan.status) plan.status = rule.status;
    if (!plan.rate) plan.rate = rule.rate;
    plan.slow_headers = plan.slow_headers || rule.slow_headers;
    if (plan.end == fault_end::none) {
        plan.end = end_of(rule);
        if (rule.truncate) plan.end_after = rule.truncate->bytes;
    }
    if (rule.delay && plan.delay == duration::zero()) {
        const double share = random_share(seed_, index, request, draw::delay);
        const auto room = static_cast<double>((rule.delay_most - *rule.delay).count());
        plan.delay = *rule.delay + duration(static_cast<duration::rep>(share * room));
    }
}

}  // namespace grove::cmd
