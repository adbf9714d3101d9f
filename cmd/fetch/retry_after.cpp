// SPDX-License-Identifier: MIT
#include "cmd/fetch/retry_after.hpp"

#include <grove/http_date.hpp>

#include <algorithm>
#include <cstdint>

namespace grove::cmd {

using namespace std::chrono;

std::optional<duration> parse_retry_after(std::string_view value, sys_seconds now,
                                          duration cap) noexcept {
    const auto wait = [cap](std::int64_t whole_seconds) {
        const auto longest = duration_cast<seconds>(cap).count() + 1;
        return std::clamp<duration>(seconds(std::clamp<std::int64_t>(whole_seconds, 0, longest)),
                                    duration::zero(), cap);
    };
    const bool number =
        !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
    if (number) {
        // Some digits more are beyond any cap, and beyond the integer.
        std::int64_t total = 0;
        for (std::size_t i = 0; i < value.size() && total < 1'000'000'000'000; ++i) {
            total = total * 10 + (value[i] - '0');
        }
        return wait(total);
    }
    const auto date = parse_http_date(value, now);
    if (!date) return std::nullopt;
    return wait((*date - now).count());
}

}  // namespace grove::cmd
