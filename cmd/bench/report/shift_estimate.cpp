// SPDX-License-Identifier: MIT
#include "cmd/bench/report/shift_estimate.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace grove::cmd {
namespace {

/// In how many of all orders of n and m samples u pairs are the other way round, u being the index.
/// Each sample on top of all others adds none or as many pairs as the other side has samples.
std::vector<double> orders_by_inversions(std::size_t n, std::size_t m) {
    std::vector<std::vector<double>> of(m + 1, std::vector<double>(n * m + 1, 0.0));
    for (std::vector<double>& row : of) row[0] = 1;  // n = 0
    for (std::size_t i = 1; i <= n; ++i) {
        for (std::size_t j = 1; j <= m; ++j) {
            std::vector<double>& row = of[j];  // still of i - 1
            for (std::size_t u = n * m; u >= j; --u) row[u] = row[u - j];
            std::fill_n(row.begin(), std::min(j, row.size()), 0.0);
            for (std::size_t u = 0; u <= n * m; ++u) row[u] += of[j - 1][u];
        }
    }
    return of[m];
}

/// How many of the least, and of the greatest, differences lie outside the interval.
std::size_t left_out(std::size_t n, std::size_t m, double confidence) {
    const std::vector<double> orders = orders_by_inversions(n, m);
    const double all = std::accumulate(orders.begin(), orders.end(), 0.0);
    const double most = (1 - confidence) / 2 * all;
    std::size_t count = 0;
    for (double sum = orders[0]; sum <= most && count < n * m / 2; sum += orders[count]) ++count;
    return count == 0 ? 0 : count - 1;
}

}  // namespace

double median(std::span<const double> of) {
    if (of.empty()) return 0;
    std::vector<double> sorted(of.begin(), of.end());
    std::ranges::sort(sorted);
    const std::size_t half = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

shift_estimate estimate_shift(std::span<const double> those, std::span<const double> these,
                              double confidence) {
    std::vector<double> differences;
    for (const double a : those) {
        for (const double b : these) differences.push_back(b - a);
    }
    std::ranges::sort(differences);
    const std::size_t out = left_out(those.size(), these.size(), confidence);
    return {median(differences), differences[out], differences[differences.size() - 1 - out]};
}

}  // namespace grove::cmd
