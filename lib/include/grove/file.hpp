// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

/// Files of every kind, regular ones, devices, FIFOs and terminals, without a stop of the hub.
///
///     grove::file log("app.log", {.read = false, .append = true, .create = true});
///     log.write_all("started\n");
///     log.sync(grove::file_sync::data);
///     log.close();                                   // tells of a write that was lost
///
/// What runs where: on what epoll knows (FIFOs, terminals, sockets) a call is tried first and waits
/// in the hub. On the others (regular files, block devices, /dev/null) what the page cache has is
/// read in place, and a write of up to 1 MiB goes into it in place: a thread's hop costs more. What
/// may wait for a disk runs in `thread_pool::shared()`: reads of what is not cached, larger writes,
/// every write to a device on which one has once taken more than 5 ms, `sync`, `truncate`, and the
/// opening of what the kernel has to look for on the disk.
///
/// One greenlet may read while another writes. Two readers are an error that names both; writers
/// take turns, so that the bytes of one `write_all` stay together. Reading and writing share the
/// file's position; what `read_line` has read ahead does not count.
/// Errors: `std::system_error` whose text names the call and the path; a deadline that passes is
/// `errc::timed_out`; a file that is closed, also by another greenlet meanwhile, or was moved from,
/// is EBADF. The end of the file is no error.
/// Interrupted (a kill or a timeout scope), and late: reads: nothing happened, or what came stays
/// in the file's buffer. Where the thread pool reads, it reads into memory of its own, which
/// outlives the call. Its writes take the caller's bytes, so an interruption waits for the piece
/// that is being written, 8 MiB at most. `write_all`: partly done.
/// Threads: the hub's own.

namespace grove {

namespace detail {
class file_core;
class standard_streams;
}  // namespace detail

/// How to open. Descriptors are not inherited by other programs (O_CLOEXEC), and no terminal
/// becomes the controlling one.
struct open_options {
    bool read = true;
    bool write = false;
    bool append = false;     ///< writes, each to what is the end then
    bool create = false;     ///< when there is none
    bool exclusive = false;  ///< with `create`: there must be none, nor a symbolic link
    bool truncate = false;   ///< to nothing, with `write`
    unsigned mode = 0666;    ///< the permissions of one that is created; the umask takes from it
};

/// What `sync` waits for: the bytes and what finding them needs, or the times too.
enum class file_sync : std::uint8_t { data, all };

/// What an offset is counted from.
enum class seek_from : std::uint8_t { begin, here, end };

class GROVE_API file {
 public:
    /// A closed one.
    file() noexcept;
    /// Blocks: for the disk; for a FIFO that is opened for writing alone, until somebody reads it.
    /// A FIFO that is opened for reading is open at once, and its first read waits for a writer.
    /// Throws: `std::system_error`; `std::invalid_argument` for options that contradict each other.
    /// Interrupted: it is not open, but may have been created.
    explicit file(const std::string& path, open_options options = {}, deadline until = never);
    file(file&&) noexcept;
    file& operator=(file&&) noexcept;
    /// Closes; nobody may be using it.
    ~file();

    /// What there is, at least a byte; of what the page cache has, perhaps less than asked for.
    /// Result: 0 at the end.
    std::size_t read_some(std::span<std::byte> into, deadline until = never);

    std::size_t read_some(std::span<char> into, deadline until = never) {
        return read_some(std::as_writable_bytes(into), until);
    }

    /// Fills `into`. Throws, besides: `errc::no_message_available` (ENODATA) when the file ends
    /// inside it; what came before an error stays in the buffer.
    void read_exactly(std::span<std::byte> into, deadline until = never);
    /// Up to and with the line feed; at the end what is left, then an empty text.
    /// Throws, besides: `errc::message_size` for a line above `longest`; it stays in the buffer.
    [[nodiscard]] std::string read_line(deadline until = never,
                                        std::size_t longest = std::size_t{64} << 10);
    /// From the position to the end. Throws, besides: `errc::file_too_large` for more than `most`
    /// bytes; what came stays in the buffer.
    [[nodiscard]] std::string read_all(std::size_t most, deadline until = never);

    /// What there is at `offset`, which moves no position. Result: 0 at the end.
    /// Throws, besides: ESPIPE for what has no positions.
    std::size_t read_at(std::uint64_t offset, std::span<std::byte> into, deadline until = never);

    /// All of it. Up to 8 MiB are one write(2), which on a file opened with `append` no other
    /// process's bytes can split; so are up to PIPE_BUF bytes (4 KiB) on a FIFO.
    /// Throws, besides: `errc::broken_pipe` where nobody reads any more; SIGPIPE is not raised.
    /// Deadline: looked at between two pieces.
    void write_all(std::span<const std::byte> bytes, deadline until = never);

    void write_all(std::string_view bytes, deadline until = never) {
        write_all(std::as_bytes(std::span(bytes)), until);
    }

    /// The same at `offset`; with `append` the kernel writes to the end all the same.
    void write_at(std::uint64_t offset, std::span<const std::byte> bytes, deadline until = never);

    /// Result: the position from the beginning. `seek(0, seek_from::here)` only asks.
    /// Throws: ESPIPE for what has none. Blocks: never.
    std::uint64_t seek(std::int64_t offset, seek_from from = seek_from::begin);
    /// In bytes. Blocks: never.
    [[nodiscard]] std::uint64_t size() const;
    /// Cuts or lengthens with zeros. The position stays. Interrupted: it happens all the same.
    void truncate(std::uint64_t size);
    /// Until the disk has it. Interrupted: whether it has it is not known.
    void sync(file_sync what, deadline until = never);

    /// Throws: `std::system_error` when the kernel tells that a write was lost; it is closed all
    /// the same. Of a closed one: nothing happens. Wakes whoever waits on it with EBADF. A thread
    /// of the pool that still reads keeps the descriptor until it is done.
    void close();
    [[nodiscard]] bool is_open() const noexcept;
    /// -1 when it is closed.
    [[nodiscard]] int fd() const noexcept;
    /// The path that it was opened by. Empty for one that was moved from.
    [[nodiscard]] std::string_view name() const noexcept;

 private:
    friend class detail::standard_streams;
    explicit file(std::unique_ptr<detail::file_core> core) noexcept;
    [[nodiscard]] detail::file_core& open_core(const char* call) const;

    std::unique_ptr<detail::file_core> core_;
};

/// A file's whole content. Throws: as `file` does; `errc::file_too_large` above `most` bytes.
/// Interrupted: nothing happened.
[[nodiscard]] GROVE_API std::string read_file(const std::string& path,
                                              std::size_t most = std::size_t{64} << 20,
                                              deadline until = never);

/// Makes `bytes` the content of `path`, which is at every moment the old file or the new one, also
/// after a power cut: a temporary file in the same folder is written, synced and renamed, and the
/// folder synced. A file that is replaced keeps its permissions, and its owner where the kernel
/// lets us; a symbolic link leads where it led; hard links to the old file keep the old content.
/// Runs in the thread pool.
/// Throws: `std::system_error`; `path` is then as it was, unless the folder's sync was what failed.
/// Interrupted or late: it goes on, and `path` is the old or the new. A kill -9 may leave a file
/// named `.NAME.` and 16 hexadecimal digits.
GROVE_API void write_file_atomically(const std::string& path, std::string_view bytes,
                                     deadline until = never);

}  // namespace grove
