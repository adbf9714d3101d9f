// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/settled.hpp"

#include <grove/deadline.hpp>
#include <grove/file.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// `--journal FILE`: how many items of the source are dealt with, so that `--resume` goes on behind
/// them whatever ended the run, `kill -9` and power cuts included. A line of JSON at the beginning
/// says what the run was; each line after it says how far it was then, and the last whole one
/// counts:
///
///     {"inputs":["in.txt"],"output":"out.txt"}
///     {"items":4096,"bytes":51200}
///     {"items":9000,"bytes":112500,"done":true}
///
/// An item counts when all that came of it is where it goes: its results are written and, if they
/// go to a file, on the disk. What was under way is done again, so each item is done at least once.
/// Results in a file are there once, for `bytes` says how much of it counts.

namespace grove::cmd {

struct journal_subject {
    std::vector<std::string> inputs;
    std::string output;  ///< empty: no file
    friend bool operator==(const journal_subject&, const journal_subject&) = default;
};

/// The first line of a journal, and one of the others.
[[nodiscard]] std::string to_json(const journal_subject& subject);
[[nodiscard]] std::string to_json(const settled_place& place);

/// What a journal says. Result: what is wrong with it, as a rest of a sentence that begins with its
/// name; `subject` is what it must be about. A last line that is cut off does not count.
[[nodiscard]] std::optional<std::string> read_journal(std::string_view text,
                                                      const journal_subject& subject,
                                                      settled_place& into);

class journal final : public settlement {
 public:
    /// Begins it anew, or goes on with one that there is.
    /// Throws: `stage_failed` when it cannot be gone on with, `std::system_error`.
    journal(const std::string& path, const journal_subject& subject, bool resume);

    [[nodiscard]] const settled_place& from() const noexcept override { return from_; }

    /// A tenth of a second after the last.
    [[nodiscard]] deadline next() const noexcept override { return next_; }

    void note(const settled_place& place) override;

 private:
    settled_place from_;
    file file_;
    deadline next_ = deadline::now();
};

}  // namespace grove::cmd
