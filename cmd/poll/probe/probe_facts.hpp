// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/expression.hpp"
#include "cmd/common/targets.hpp"
#include "cmd/poll/probe/probe.hpp"

#include <grove/http_field.hpp>

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What `--expect` sees of an attempt.

namespace grove::cmd {

/// The names that `--expect` may use.
[[nodiscard]] std::span<const fact> poll_facts() noexcept;

/// A target of that scheme can tell the fact.
[[nodiscard]] bool tells(target_scheme scheme, std::string_view fact) noexcept;

/// What an attempt has seen. Texts must stay valid while it is asked.
struct probe_sight {
    std::optional<unsigned> status;
    std::span<const http_field> fields;
    std::optional<std::string_view> body;
    std::optional<std::uint64_t> size;
    std::optional<int> exit;
    std::optional<std::string_view> out;
    std::optional<std::string_view> err;
    std::optional<double> cert_days;
    std::string_view address;
    const probe_times* times = nullptr;
};

/// The expectations that one target can be held to.
class probe_expectations {
 public:
    probe_expectations() = default;
    /// Of `all`, those whose every name the scheme can tell.
    probe_expectations(const std::vector<expression>& all, target_scheme scheme);

    [[nodiscard]] bool mention(std::string_view fact) const noexcept;

    /// Says so in `into` when they do not all hold: what was expected, and what was.
    void judge(const probe_sight& seen, probe_result& into) const;

 private:
    std::vector<expression> all_;
};

/// The scheme can tell every name in `what`.
[[nodiscard]] bool tells_all(target_scheme scheme, const expression& what) noexcept;

}  // namespace grove::cmd
