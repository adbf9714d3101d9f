// SPDX-License-Identifier: MIT
#pragma once

#include "base/unique_fd.hpp"

#include <grove/deadline.hpp>
#include <grove/error.hpp>

#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// What a file's calls come down to, by what it is: on a disk (`disk_backing`), or something that
/// is waited for (`stream_backing`). A backing knows neither read-ahead nor whose turn it is.

namespace grove::detail {

/// What a system call in a thread of the pool gave.
struct call_result {
    ssize_t result = -1;
    int error = 0;
};

template <class Call>
call_result tell_result(Call call) noexcept {
    for (;;) {
        const ssize_t n = call();
        if (n >= 0) return {n, 0};
        if (errno != EINTR) return {-1, errno};
    }
}

/// A descriptor that a job of the pool keeps open: closed with the last who holds it, so that a
/// job whose greenlet is gone never meets another file under its number.
using shared_fd = std::shared_ptr<const unique_fd>;

/// The bytes that a read in the pool brought, in memory of its own.
struct brought {
    std::unique_ptr<std::byte[]> bytes;
    call_result told;
};

/// Reads at `offset`, or at the descriptor's own position, in a thread of the pool.
/// Result: how much came; `name` stands in errors. Interrupted or late: it goes on into its own
/// memory.
std::size_t read_in_pool(const shared_fd& from, std::optional<std::uint64_t> offset,
                         std::span<std::byte> into, deadline until, const std::string& name);

/// As a job of the pool that was not done by its deadline.
[[noreturn]] inline void throw_late(const char* call, std::string_view name) {
    throw_error(ETIMEDOUT, call, name);
}

class file_backing {
 public:
    explicit file_backing(std::string name) noexcept : name_(std::move(name)) {}

    file_backing(const file_backing&) = delete;
    file_backing& operator=(const file_backing&) = delete;
    virtual ~file_backing();

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

    /// -1 when it is closed.
    [[nodiscard]] virtual int fd() const noexcept = 0;

    /// At the position.
    virtual std::size_t read(std::span<std::byte> into, deadline until) = 0;
    /// All of it.
    virtual void write(std::span<const std::byte> bytes, deadline until) = 0;
    virtual std::size_t read_at(std::uint64_t offset, std::span<std::byte> into,
                                deadline until) = 0;
    virtual void write_at(std::uint64_t offset, std::span<const std::byte> bytes,
                          deadline until) = 0;
    /// Whether reading ahead can be taken back.
    [[nodiscard]] virtual bool has_position() const noexcept = 0;
    /// How much is worth asking for at once.
    [[nodiscard]] virtual std::size_t piece() const noexcept = 0;
    /// For a job that must not be done in place.
    [[nodiscard]] virtual shared_fd share() const = 0;
    /// Result: 0, or what close(2) said.
    [[nodiscard]] virtual int close() noexcept = 0;

 private:
    std::string name_;
};

/// On what epoll does not know.
std::unique_ptr<file_backing> make_disk_backing(unique_fd fd, std::string name);

/// How a call on a stream is kept from blocking.
enum class stream_manner : std::uint8_t {
    nonblocking,     ///< O_NONBLOCK on an open file that is ours
    awaiting_fifo,   ///< the same, and end of file counts only once a writer has been there
    dont_wait_call,  ///< a shared socket: MSG_DONTWAIT
    nowait_call,     ///< a shared pipe or terminal: RWF_NOWAIT, or a thread of the pool
};

/// Throws: `std::system_error`, EPERM for what epoll does not know; `fd` is closed then.
std::unique_ptr<file_backing> make_stream_backing(unique_fd fd, std::string name,
                                                  stream_manner manner);

}  // namespace grove::detail
