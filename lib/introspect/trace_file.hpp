// SPDX-License-Identifier: MIT
#pragma once

#include "base/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace grove::detail {

/// A file of trace events that is valid JSON at each moment: it consists of blocks that are mapped
/// and filled with blanks, and an event is written over blanks, with a comma before it. It is
/// mapped and not written by calls, so that an event costs no system call and a process that is
/// killed leaves what it has written.
/// Threads: any; a block belongs to whoever took it.
class trace_file {
 public:
    static constexpr std::size_t block_size = std::size_t{64} << 10;

    /// Truncates the file. Throws: `std::system_error`.
    explicit trace_file(const std::string& path);
    trace_file(const trace_file&) = delete;
    trace_file& operator=(const trace_file&) = delete;
    ~trace_file();

    /// A new block of blanks; null when the disk is full. The file keeps it.
    [[nodiscard]] char* add_block();

    /// Tells in the file, too.
    void count_lost(std::uint64_t events) noexcept;

    [[nodiscard]] std::uint64_t lost() const noexcept;

 private:
    [[nodiscard]] char* map(std::size_t offset, std::size_t size);
    [[nodiscard]] bool grow(std::string_view with);
    [[nodiscard]] bool write_all(std::string_view text) const noexcept;

    unique_fd file_;
    std::string path_;
    mutable std::mutex mutex_;
    std::size_t size_ = 0;       // without the closing brackets; guarded by mutex_
    std::uint64_t lost_ = 0;     // guarded by mutex_
    char* head_ = nullptr;       // its text of lost_ is guarded by mutex_
    std::vector<char*> blocks_;  // guarded by mutex_
};

}  // namespace grove::detail
