// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

/// The ends of pipes: what a process reads and writes by, in one direction each. For both
/// directions in one descriptor take a `socket`.
///
///     grove::process sort({.command = {"sort"}, .input = stdio::pipe, .output = stdio::pipe});
///     sort.in().write_all("b\na\n");
///     sort.in().close();
///     while (!(line = sort.out().read_line()).empty()) ...
///
/// Each call is tried first and parks only when the kernel has nothing. Only this end is made
/// non-blocking, unless the other one shares its open file. One greenlet at a time may use an end;
/// two are an error that names both. Closing an end wakes whoever waits on it with EBADF. An end
/// that is closed, made without a descriptor or moved from may not be read or written.
/// Errors: `std::system_error` whose text names the call; a deadline that passes is
/// `errc::timed_out`. The end of the stream is no error.
/// Threads: the hub's own.

namespace grove {

namespace detail {
class fd_wait;
}

class GROVE_API pipe_reader {
 public:
    /// A closed one.
    pipe_reader() noexcept;
    /// Takes an open descriptor; it is made non-blocking. Throws: `std::system_error` (EPERM: a
    /// regular file).
    explicit pipe_reader(int fd);
    pipe_reader(pipe_reader&&) noexcept;
    pipe_reader& operator=(pipe_reader&&) noexcept;
    ~pipe_reader();

    /// What there is, at least a byte. Result: 0 at the end of the stream.
    /// Interrupted: nothing happened.
    std::size_t read_some(std::span<char> into, deadline until = never);
    /// Up to and with the line feed; at the end of the stream what is left, then an empty text.
    /// Throws, besides: `errc::message_size` for a line above `longest`.
    /// Interrupted, late or too long: what came stays in the reader's buffer.
    [[nodiscard]] std::string read_line(deadline until = never,
                                        std::size_t longest = std::size_t{64} << 10);

    void close() noexcept;
    [[nodiscard]] bool is_open() const noexcept;
    /// -1 when it is closed.
    [[nodiscard]] int fd() const noexcept;

 private:
    std::size_t read_new(std::span<char> into, deadline until);
    std::size_t take_buffered(std::span<char> into);

    std::unique_ptr<detail::fd_wait> wait_;
    std::string buffer_;  // read ahead by read_line
    std::size_t begin_ = 0;
};

class GROVE_API pipe_writer {
 public:
    /// A closed one.
    pipe_writer() noexcept;
    /// Takes an open descriptor; it is made non-blocking. Throws: `std::system_error` (EPERM: a
    /// regular file).
    explicit pipe_writer(int fd);
    pipe_writer(pipe_writer&&) noexcept;
    pipe_writer& operator=(pipe_writer&&) noexcept;
    ~pipe_writer();

    /// As much as there is room for, at least a byte of what is given. Result: how much.
    /// Throws, besides: `errc::broken_pipe` when nobody reads any more; SIGPIPE is not raised.
    /// Interrupted: nothing happened.
    std::size_t write_some(std::string_view bytes, deadline until = never);
    /// All of it; the deadline is for the whole. Throws as `write_some`.
    /// Interrupted or late: partly done.
    void write_all(std::string_view bytes, deadline until = never);

    /// The reader finds the end of the stream.
    void close() noexcept;
    [[nodiscard]] bool is_open() const noexcept;
    /// -1 when it is closed.
    [[nodiscard]] int fd() const noexcept;

 private:
    std::unique_ptr<detail::fd_wait> wait_;
};

}  // namespace grove
