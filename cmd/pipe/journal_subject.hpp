// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a run is about, so that a journal is not gone on with by another: items are counted, and
/// the same number of other items is something else.

namespace grove::cmd {

struct pipe_options;
struct pipe_plan;

struct journal_input {
    std::string name;
    std::optional<std::uint64_t> size = {};  ///< of a regular file, in bytes
    std::string changed = {};                ///< when it was; empty for all others
};

struct journal_subject {
    std::vector<journal_input> inputs = {};
    bool null = false;                     ///< items end in NUL
    std::vector<std::string> stages = {};  ///< their words, passwords masked
    std::string output = {};               ///< as in the words; empty: stdout
};

/// Blocks: asks for the times of the inputs.
[[nodiscard]] journal_subject subject_of(const pipe_options& options, const pipe_plan& plan);

/// A line of JSON, with its end.
[[nodiscard]] std::string to_json(const journal_subject& subject);

/// How the run of which a journal begins with the line `heading` differs from `subject`. Result:
/// nothing where it does not, else a rest of a sentence that begins with the journal's name.
[[nodiscard]] std::optional<std::string> difference(std::string_view heading,
                                                    const journal_subject& subject);

}  // namespace grove::cmd
