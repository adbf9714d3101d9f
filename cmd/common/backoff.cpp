// SPDX-License-Identifier: MIT
#include "cmd/common/backoff.hpp"

#include <algorithm>
#include <cstdint>

namespace grove::cmd {

duration jittered_backoff(duration base, duration cap, unsigned round, std::mt19937_64& random) {
    auto ceiling = std::min(base, cap);
    for (unsigned i = 1; i < round && ceiling < cap; ++i) {
        ceiling = ceiling > cap / 2 ? cap : ceiling * 2;
    }
    if (ceiling <= duration::zero()) return {};
    // A remainder, not std::uniform_int_distribution: that one differs between libraries, and a
    // seed must replay anywhere. The bias is below 1e-9 for any sensible cap.
    const auto steps = static_cast<std::uint64_t>(ceiling.count()) + 1;
    return duration(static_cast<duration::rep>(random() % steps));
}

}  // namespace grove::cmd
