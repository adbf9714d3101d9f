// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/journal_subject.hpp"
#include "cmd/pipe/settled.hpp"

#include <grove/deadline.hpp>
#include <grove/file.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

/// `--journal FILE`: how many items of the source are dealt with, so that `--resume` goes on behind
/// them whatever ended the run, `kill -9` and power cuts included. A line of JSON at the beginning
/// says what the run was; each line after it says how far it was then, and the last whole one
/// counts:
///
///     {"inputs":[{"name":"in.txt","size":140000,"changed":"1767225600.000000000"}],"null":false,
///      "stages":["each","./job","then","file","out.txt"],"output":"out.txt"}
///     {"items":4096,"bytes":51200,"failed":0}
///     {"items":9000,"bytes":112500,"failed":2,"whole":true}
///     {"items":9000,"bytes":112500,"failed":2,"done":true}
///
/// An item counts when all that came of it is where it goes: its results are written and, if they
/// go to a file, on the disk. What was under way is done again, so each item is done at least once.
/// Results in a file are there once, for `bytes` says how much of it counts. After a power cut an
/// earlier line may be the last, and more is done again.
///
/// One process at a time has a journal; nobody but its owner may read it. When it has grown large
/// it is replaced, in one step, by one of two lines.

namespace grove::cmd {

/// What a line after the first says.
struct journal_entry {
    settled_place place = {};
    std::uint64_t failed = 0;  ///< items, in the run and in those before it
};

/// One of the lines after the first.
[[nodiscard]] std::string to_json(const journal_entry& entry);

/// What a journal says. Result: what is wrong with it, as a rest of a sentence that begins with its
/// name; `subject` is what it must be about. A last line that is cut off does not count.
[[nodiscard]] std::optional<std::string> read_journal(std::string_view text,
                                                      const journal_subject& subject,
                                                      journal_entry& into);

/// The journal is there, and not for this run: what it says would be lost.
class journal_refused : public std::runtime_error {
 public:
    using std::runtime_error::runtime_error;
};

class journal final : public settlement {
 public:
    /// Begins it anew, or goes on with one that there is.
    /// Throws: `journal_refused`; `std::system_error`, also when another process has it.
    journal(const std::string& path, const journal_subject& subject, bool resume);

    [[nodiscard]] const settled_place& from() const noexcept override { return from_.place; }

    /// Items that had failed by then.
    [[nodiscard]] std::uint64_t failed_before() const noexcept { return from_.failed; }

    /// `failures` sees to it that what is kept of failed items stays, and tells how many there are
    /// in this run. It is called before each note, may block, and must outlive the notes.
    void ask_failures(std::function<std::uint64_t()> failures) { failures_ = std::move(failures); }

    /// A tenth of a second after the last.
    [[nodiscard]] deadline next() const noexcept override { return next_; }

    void note(const settled_place& place) override;

 private:
    void go_on_with(std::string_view text, const journal_subject& subject);
    void check_finished(std::string_view text) const;
    void rewrite(const journal_entry& last);

    std::string path_;
    std::string heading_;
    journal_entry from_;
    std::function<std::uint64_t()> failures_;
    file file_;  // locked
    std::size_t size_ = 0;
    deadline next_ = deadline::now();
};

}  // namespace grove::cmd
