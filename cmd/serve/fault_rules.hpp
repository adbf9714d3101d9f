// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/text_error.hpp"
#include "cmd/common/units.hpp"

#include <grove/deadline.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Faults on demand: which requests a server answers badly, and how. Decides only; sends nothing.
///
///     path=/api/* status=503 first=2         the first two requests there fail, the others do not
///     method=POST chance=10% reset           of ten, one is cut off without an answer
///     delay=50ms..250ms rate=64k/s           all are late by that much, and slow
///     truncate=1k reset                      after 1 KiB of body the connection is reset
///
/// | word                 | means                                                             |
/// |----------------------|-------------------------------------------------------------------|
/// | `path=PATTERN`       | requests whose path, as it was sent and without its query, is so; |
/// |                      | `*` stands for anything                                           |
/// | `method=NAME[,NAME]` | requests of these methods                                         |
/// | `first=N`            | of the requests that fit, the first N                             |
/// | `chance=P%`          | of those, so many, at random                                      |
/// | `status=N`           | this status instead of an answer                                  |
/// | `delay=T[..T]`       | waits before the answer, as long or evenly between                |
/// | `rate=SIZE/s`        | sends no faster                                                   |
/// | `truncate=SIZE`      | ends the connection after so much of the body, chunks as they are |
/// |                      | sent; a body that is no longer is left alone                      |
/// | `reset`              | by a reset: before the answer, or where it is truncated           |
/// | `stall`              | not at all, but sends nothing more from there                     |
/// | `slow-headers`       | the head trickles, byte by byte: at the rate, or ten a second     |
///
/// Every rule that meets a request applies; where two say the same, the earlier one counts.

namespace grove::cmd {

/// What becomes of a connection where its answer is cut.
enum class fault_end : unsigned char { none, close, reset, stall };

/// What is done to one answer.
struct fault_plan {
    std::optional<unsigned> status = {};
    duration delay{};
    std::optional<byte_rate> rate = {};
    fault_end end = fault_end::none;
    std::optional<std::uint64_t> end_after = {};  ///< bytes of body; without it: before the answer
    bool slow_headers = false;

    friend bool operator==(const fault_plan&, const fault_plan&) = default;
};

struct fault_rule {
    std::string path = {};                  ///< empty: any
    std::vector<std::string> methods = {};  ///< empty: any
    std::optional<std::uint64_t> first = {};
    percentage chance{100};

    std::optional<unsigned> status = {};
    std::optional<duration> delay = {};  ///< at least
    duration delay_most{};
    std::optional<byte_rate> rate = {};
    std::optional<byte_size> truncate = {};
    bool reset = false;
    bool stall = false;
    bool slow_headers = false;

    /// What it does depends on the seed.
    [[nodiscard]] bool is_random() const noexcept {
        return chance < percentage{100} || (delay && delay_most > *delay);
    }

    friend bool operator==(const fault_rule&, const fault_rule&) = default;
};

/// The words above, blanks between them.
[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, fault_rule& into);

/// Whether `text` is what `pattern` says; `*` stands for any bytes. Takes as long as the product of
/// their sizes at most.
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view text) noexcept;

/// What the rules make of one request after the other. What becomes of the n-th request that a rule
/// fits depends on the seed, the rule's place, and n: not on the other rules, nor on what came of
/// the requests before. Threads: any; they count together.
class fault_rules {
 public:
    fault_rules(std::vector<fault_rule> rules, std::uint64_t seed);

    [[nodiscard]] fault_plan decide(std::string_view method, std::string_view path) noexcept;

    [[nodiscard]] bool empty() const noexcept { return rules_.empty(); }

 private:
    void apply(std::size_t rule, std::uint64_t request, fault_plan& plan) const noexcept;

    std::vector<fault_rule> rules_;
    std::vector<std::atomic<std::uint64_t>> fitted_;  // requests, a rule each
    std::uint64_t seed_;
};

}  // namespace grove::cmd
