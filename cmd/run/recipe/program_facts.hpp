// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/expression.hpp"

#include <grove/deadline.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>

/// What `expect` and `save` of a step that runs another program see of it: its exit code, or minus
/// the signal that ended it, what it wrote, and how long it took.

namespace grove::cmd {

/// `exit stdout stderr json time`.
[[nodiscard]] std::span<const fact> program_facts() noexcept;

/// What `retry.on` of a step with that verb sees: of grove's verbs their end as programs, and of
/// `fetch` the `status` of its answer.
[[nodiscard]] std::span<const fact> retry_facts(std::string_view verb) noexcept;

class program_source final : public fact_source {
 public:
    /// The texts must outlive it.
    program_source(int exit, const std::string& out, const std::string& err, duration took);
    program_source(const program_source&) = delete;
    program_source& operator=(const program_source&) = delete;
    ~program_source() override;

    [[nodiscard]] fact_value value(std::string_view name, std::string_view key) const override;

 private:
    struct document;

    int exit_;
    const std::string& out_;
    const std::string& err_;
    duration took_;
    mutable std::unique_ptr<document> document_;  // parsed when it is asked for
};

}  // namespace grove::cmd
