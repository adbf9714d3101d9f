// SPDX-License-Identifier: MIT
#pragma once

#include <grove/file.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Files that people name, and that a run writes: reports, logs and lists. One rule for them all:
///
/// - `-` is stdout.
/// - A name of a descriptor of ours (`/dev/stdout`, `/dev/stderr`, `/dev/fd/3`, `/proc/self/fd/3`)
///   is that descriptor: written where it stands, after what was written before. It is never cut
///   nor replaced, also where it is a regular file.
/// - Devices, FIFOs and what else is no regular file are written as they are.
/// - A regular file, or none yet, is made anew, cut, or gone on with, as each report says.

namespace grove::cmd {

class output;

/// The descriptor of ours that `path` names, also by links; nothing for all other paths.
[[nodiscard]] std::optional<int> own_descriptor(const std::string& path);

/// `-` and all names of descriptor 1.
[[nodiscard]] bool names_stdout(const std::string& path);

/// `path` is no regular file, nor will be one.
[[nodiscard]] bool is_written_through(const std::string& path);

/// Reports are written when a run is over; whether they can is asked before it begins.
/// Blocks: the thread, for a file is made beside `path` and removed.
/// Throws: `std::system_error` naming `option` and `path` where `write_report` would fail.
void check_report_file(const std::string& option, const std::string& path);

/// Makes `text` the content of a regular file as `grove::write_file_atomically` does, and goes to
/// all else. Blocks and throws as that; a FIFO waits for its reader.
void write_report(const std::string& path, std::string_view text, output& out);

/// What a file that is there begins with.
enum class log_start : std::uint8_t { anew, kept };

/// A file that grows during the run, open from its first line to its last.
class log_file {
 public:
    /// None: `is_open` is false.
    log_file() = default;

    /// `out` must outlive it. Blocks: a FIFO waits for its reader.
    /// Throws: `std::system_error`.
    log_file(const std::string& path, output& out, log_start start);

    [[nodiscard]] bool is_open() const noexcept { return out_ != nullptr; }

    /// Nothing is in it yet, as far as can be told.
    [[nodiscard]] bool is_empty() const;

    /// Whole lines. Parks where the file is full. Throws: `std::system_error`.
    void write(std::string_view lines);

    /// Until the disk has what was written, where there is one. Parks.
    /// Throws: `std::system_error`.
    void sync();

    /// Throws: `std::system_error` where a write was lost.
    void close();

 private:
    output* out_ = nullptr;          // null: closed
    std::optional<int> descriptor_;  // of ours; nothing: `file_`
    file file_;
};

}  // namespace grove::cmd
