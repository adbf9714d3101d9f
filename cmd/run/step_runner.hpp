// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/run/recipe/plan.hpp"
#include "cmd/run/recipe/verb_book.hpp"
#include "cmd/run/run_journal.hpp"
#include "cmd/run/run_values.hpp"

#include <grove/deadline.hpp>

#include <cstddef>
#include <string>

/// Runs one instance of a step: its attempts, what is expected of them and what is saved.

namespace grove::cmd {

class captured_child;

class step_runner {
 public:
    /// All given must outlive it. `grace`: for a program that is told to end.
    step_runner(const verb_book& verbs, run_values& values, run_journal& journal, duration grace)
        : verbs_(verbs), values_(values), journal_(journal), grace_(grace) {}

    /// Blocks until it has ended; the journal's record `number` hears of all but the end.
    /// Result: why it failed; empty: it has passed. Interrupted: its program was told to end, and
    /// killed where it did not; what it had to do is not done.
    [[nodiscard]] std::string run(const plan_node& node, std::size_t number);

 private:
    struct attempt_end {
        std::string failure;  ///< empty: it has passed
        std::string refusal;  ///< why it is not to be tried again; empty: it may be
    };

    [[nodiscard]] attempt_end attempt(const plan_node& node, std::size_t number);
    [[nodiscard]] std::string refusal_of(const plan_node& node, const captured_child& child,
                                         int returncode, duration took);
    [[nodiscard]] std::string judge(const plan_node& node, const captured_child& child,
                                    int returncode, duration took);
    [[nodiscard]] std::string judge_program(const plan_node& node, const captured_child& child,
                                            int returncode, duration took);
    [[nodiscard]] std::string save(const plan_node& node, const captured_child& child,
                                   int returncode, duration took);
    [[nodiscard]] std::string save_told(const plan_node& node, const std::string& out);

    const verb_book& verbs_;
    run_values& values_;
    run_journal& journal_;
    duration grace_;
};

}  // namespace grove::cmd
