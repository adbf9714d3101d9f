// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/fetch/buffer_shelf.hpp"
#include "cmd/fetch/output_folder.hpp"
#include "cmd/fetch/resume.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

/// One file on its way to the disk. Not for devices and FIFOs (`output_folder::is_special`), which
/// must be written to and never replaced. The final name never shows a short file: bytes are kept
/// in memory up to `memory` and then go to `name.part`; `commit` gives the finished file its name
/// in one step, replacing what was there.
///
///     part_file file(folder, "a.iso", {});
///     file.begin({.url = url, .total = 4096, .known = {.etag = etag}});
///     for (auto chunk : body) file.write(chunk);
///     file.commit();
///
/// On the disk: `name.part` holds a prefix of the body. `name.part.json` (url, etag, last_modified,
/// date, size) is written once a body with a strong validator leaves the memory; it is what
/// `--resume` believes, and a part without one starts again from zero. A small file is written
/// unnamed (O_TMPFILE) and linked, so that `kill -9` leaves nothing of it; where that cannot be
/// (the name exists, or the file system has no O_TMPFILE) it takes the way over the part. Whoever
/// holds flock(2) on the part may write it.
///
/// Blocks: only in the file system; never parks. Interrupted by a kill, a timeout or any exception
/// between calls: the destructor does `abandon(leftover::keep)`. A kill -9 at any point: the part
/// and sidecar agree, or the sidecar is missing. Errors: `std::system_error` naming the call and
/// the file; after one, `abandon` is what is left. Threads: one at a time.

namespace grove::cmd {

/// What becomes of a part that is not committed.
enum class leftover {
    keep,    ///< stays for `--resume` when a sidecar can describe it, else it is removed; what
             ///< never left the memory is put on the disk from 64 KiB on
    discard  ///< part and sidecar are removed
};

struct part_options {
    std::size_t memory = std::size_t{256}
                         << 10;  ///< bytes of a body held back before there is a file
    std::size_t batch = std::size_t{128}
                        << 10;  ///< afterwards, smaller writes are collected up to this
    std::size_t direct = std::size_t{16}
                         << 10;     ///< pieces of a large body that are not collected: copying one
                                    ///< costs more than a write(2) of its own
    buffer_shelf* shelf = nullptr;  ///< where memory comes from and goes to; must outlive the file
};

/// What is known of a body when its head has come.
struct body_start {
    body_use use = body_use::from_zero;  ///< `from_zero` or `append`
    std::string url = {};  ///< what was asked for: the item's URL or a mirror's, not a redirect's;
                           ///< without one there is no sidecar
    std::optional<std::uint64_t> total = {};  ///< size of the whole file; `commit` insists on it
    validators known = {};  ///< leave empty when a Range would not count these bytes: with a
                            ///< decoded Content-Encoding, or after `Accept-Ranges: none`
};

class part_file {
 public:
    /// Touches no file. `name` is relative to `folder`, which must outlive this.
    part_file(output_folder& folder, std::string name, part_options options);
    part_file(const part_file&) = delete;
    part_file& operator=(const part_file&) = delete;
    ~part_file();

    /// Takes over a part that an earlier run left. Result: where it can go on; nullopt when there
    /// is none, or none that can be trusted (it is then overwritten). Call it before `begin`.
    /// Throws: `std::system_error` with `errc::device_or_resource_busy` when another process is
    /// writing it.
    [[nodiscard]] std::optional<resume_point> resume();

    /// Says what body comes. May be called again when an attempt failed and another one follows:
    /// `from_zero` drops everything written (`begin({})` after `body_use::ask_whole`); `append`
    /// goes on after it, and only `total` is news. A `complete` part needs no `begin`.
    void begin(body_start start);

    /// A body that comes in many small pieces is slow: it is put on the disk every 64 pieces, so
    /// that a kill -9 does not cost hours of dripping.
    void write(std::span<const std::byte> bytes);

    /// Puts what has come so far on the disk, with its sidecar.
    void spill();

    /// Bytes of the body so far, with those taken over by `resume`.
    [[nodiscard]] std::uint64_t size() const noexcept { return written_ + buffer_.size(); }

    /// As `begin`, or the sidecar that `resume` read, said.
    [[nodiscard]] std::optional<std::uint64_t> total() const noexcept { return start_.total; }

    /// Where a next attempt of this run may continue; nullopt when it must start from zero.
    [[nodiscard]] std::optional<resume_point> point() const;

    /// Reads back bytes that are there, to bring a digest up to date. Result: how many; 0 at the
    /// end.
    [[nodiscard]] std::size_t read(std::uint64_t offset, std::span<std::byte> into) const;

    /// Finishes the file under its name, or under `final_name` (where a Content-Disposition asked
    /// for another). Throws: `std::system_error` with `errc::io_error` when the body is shorter or
    /// longer than `total`; the final name is then untouched.
    void commit();
    void commit(const std::string& final_name);

    /// Gives up. Throws nothing: what cannot be removed stays.
    void abandon(leftover what) noexcept;

 private:
    /// Whether a sidecar may be on the disk. After `failed` it is not tried again.
    enum class sidecar_state : unsigned char { none, written, failed };

    void open_for_writing();
    bool open_part(int flags);
    bool lock_and_verify();
    void truncate_part();
    [[nodiscard]] bool outgrows_memory() const noexcept;
    [[nodiscard]] std::size_t buffer_limit() const noexcept;
    void flush(std::span<const std::byte> more);
    void put(std::span<const std::byte> more);
    void write_sidecar() noexcept;
    void remove_sidecar() noexcept;
    [[nodiscard]] std::optional<resume_point> read_sidecar() const;
    bool publish_unnamed(const std::string& final_name);
    bool link_unnamed(int fd, const std::string& final_name);
    void rename_part(const std::string& final_name);
    void check_total() const;
    void keep_for_resume();
    void close() noexcept;

    output_folder& folder_;
    std::string name_;
    std::string part_name_;
    std::string sidecar_name_;
    part_options options_;
    body_start start_;
    std::string buffer_;         // received, not yet in the file
    unsigned pieces_ = 0;        // of them
    std::uint64_t written_ = 0;  // bytes of the body in the file
    int fd_ = -1;                // the part, locked
    sidecar_state sidecar_ = sidecar_state::none;
    bool stale_ = false;     // the part has bytes of an older transfer
    bool begun_ = false;     // what the part holds is ours
    bool finished_ = false;  // committed or abandoned
};

}  // namespace grove::cmd
