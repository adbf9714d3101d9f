// SPDX-License-Identifier: MIT
#pragma once

#include "io/file_backing.hpp"

#include <grove/deadline.hpp>
#include <grove/file.hpp>
#include <grove/mutex.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

/// What a `file` owns: its backing, what was read ahead, and whose turn it is.

namespace grove::detail {

class greenlet_core;

class file_core {
 public:
    explicit file_core(std::unique_ptr<file_backing> backing) noexcept
        : backing_(std::move(backing)) {}

    file_core(const file_core&) = delete;
    file_core& operator=(const file_core&) = delete;

    ~file_core() { static_cast<void>(close()); }

    [[nodiscard]] file_backing& backing() const noexcept { return *backing_; }

    [[nodiscard]] const std::string& name() const noexcept { return backing_->name(); }

    std::size_t read_some(std::span<std::byte> into, deadline until);
    void read_exactly(std::span<std::byte> into, deadline until);
    std::string read_line(deadline until, std::size_t longest);
    std::string read_all(std::size_t most, deadline until);
    void write(std::span<const std::byte> bytes, deadline until);
    void write_at(std::uint64_t offset, std::span<const std::byte> bytes, deadline until);
    std::uint64_t seek(std::int64_t offset, seek_from from);
    /// Result: 0, or what close(2) said. What was read ahead is given back.
    int close() noexcept;

 private:
    class reading;
    class writing;

    [[nodiscard]] std::size_t ahead() const noexcept { return buffer_.size() - begin_; }

    std::size_t take(std::span<char> into) noexcept;
    [[nodiscard]] std::string take(std::size_t size);
    /// Reads more into the buffer, `piece` at most. Result: how much; 0 at the end.
    std::size_t fill(std::size_t piece, deadline until);
    [[nodiscard]] bool give_back_ahead() noexcept;

    std::unique_ptr<file_backing> backing_;
    std::string buffer_;  // read ahead
    std::size_t begin_ = 0;
    const greenlet_core* reader_ = nullptr;
    mutex turn_{"the file's turn to write"};
};

}  // namespace grove::detail
