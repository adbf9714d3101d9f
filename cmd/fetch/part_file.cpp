// SPDX-License-Identifier: MIT
#include "cmd/fetch/part_file.hpp"

#include "cmd/common/named_file.hpp"
#include "cmd/fetch/sidecar.hpp"

#include <grove/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace grove::cmd {

namespace {

constexpr mode_t file_mode = 0666;                          // the umask takes from it
constexpr std::size_t max_sidecar = std::size_t{64} << 10;  // a larger one is not ours
constexpr std::size_t worth_keeping = std::size_t{64} << 10;
constexpr int max_races = 100;
constexpr unsigned many_pieces = 64;

std::span<const std::byte> bytes_of(const std::string& text) noexcept {
    return std::as_bytes(std::span(text));
}

iovec to_iovec(std::span<const std::byte> bytes) noexcept {
    // writev(2) does not write through the pointer; its struct serves readv too.
    return {const_cast<std::byte*>(bytes.data()), bytes.size()};
}

std::size_t read_file(int folder, const std::string& name, std::span<char> into) noexcept {
    const int fd = ::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return 0;
    const auto got = ::read(fd, into.data(), into.size());
    ::close(fd);
    return got > 0 ? static_cast<std::size_t>(got) : 0;
}

}  // namespace

part_file::part_file(output_folder& folder, std::string name, part_options options)
    : folder_(folder),
      name_(std::move(name)),
      part_name_(name_ + ".part"),
      sidecar_name_(part_name_ + ".json"),
      options_(options) {}

part_file::~part_file() {
    abandon(leftover::keep);
    if (options_.shelf != nullptr) options_.shelf->give(std::move(buffer_));
}

std::optional<resume_point> part_file::resume() {
    if (!open_part(O_RDWR)) return std::nullopt;

    struct stat status {};

    if (::fstat(fd_, &status) != 0) throw_errno("fstat", folder_.display(part_name_));
    const auto size = static_cast<std::uint64_t>(status.st_size);
    auto point = size > 0 ? read_sidecar() : std::nullopt;
    if (::lseek(fd_, status.st_size, SEEK_SET) < 0) {
        throw_errno("lseek", folder_.display(part_name_));
    }
    sidecar_ = sidecar_state::written;  // or not: removing what is not there does no harm
    if (!point || (point->total && size > *point->total)) return std::nullopt;
    written_ = size;
    start_ = {body_use::append, point->url, point->total, point->known};
    begun_ = true;
    point->offset = size;
    return point;
}

void part_file::begin(body_start start) {
    if (start.use == body_use::append) {
        if (start.total) start_.total = start.total;
        return;
    }
    begun_ = true;
    buffer_.clear();
    start_ = std::move(start);
    if (fd_ >= 0) truncate_part();
    written_ = 0;
    pieces_ = 0;
    if (!start_.total || *start_.total > options_.memory) return;
    if (options_.shelf != nullptr && buffer_.capacity() < *start_.total)
        buffer_ = options_.shelf->take(*start_.total);
    else
        buffer_.reserve(*start_.total);
}

void part_file::write(std::span<const std::byte> bytes) {
    const bool slow = ++pieces_ > many_pieces;
    const bool direct =
        buffer_.empty() && bytes.size() >= options_.direct && (fd_ >= 0 || outgrows_memory());
    if (slow || direct || buffer_.size() + bytes.size() > buffer_limit()) return flush(bytes);
    buffer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

bool part_file::outgrows_memory() const noexcept {
    return start_.total && *start_.total > options_.memory;
}

// A body that is known to outgrow the memory need not fill it first.
std::size_t part_file::buffer_limit() const noexcept {
    return fd_ >= 0 || outgrows_memory() ? std::min(options_.batch, options_.memory)
                                         : options_.memory;
}

void part_file::spill() {
    flush({});
}

std::optional<resume_point> part_file::point() const {
    if (size() == 0 || start_.url.empty() || !if_range_value(start_.known)) return std::nullopt;
    return resume_point{sidecar_url(start_.url), size(), start_.total, start_.known};
}

std::size_t part_file::read(std::uint64_t offset, std::span<std::byte> into) const {
    if (offset >= written_) {
        const auto skip = offset - written_;
        if (skip >= buffer_.size()) return 0;
        const auto count = std::min<std::size_t>(into.size(), buffer_.size() - skip);
        std::memcpy(into.data(), buffer_.data() + skip, count);
        return count;
    }
    const auto count = std::min<std::uint64_t>(into.size(), written_ - offset);
    const auto got = ::pread(fd_, into.data(), count, static_cast<off_t>(offset));
    if (got < 0) throw_errno("read", folder_.display(part_name_));
    if (got == 0) throw_error(EIO, "read past the end of", folder_.display(part_name_));
    return static_cast<std::size_t>(got);
}

void part_file::commit() {
    commit(name_);
}

void part_file::commit(const std::string& final_name) {
    check_total();
    if (fd_ < 0 && publish_unnamed(final_name)) {
        finished_ = true;
        return;
    }
    if (!begun_ && stale_) truncate_part();  // an empty body over a part that was not trusted
    put({});
    rename_part(final_name);
    finished_ = true;
    close();
}

void part_file::check_total() const {
    if (!start_.total || *start_.total == size()) return;
    throw_error(EIO,
                "the body ended at " + std::to_string(size()) + " of " +
                    std::to_string(*start_.total) + " bytes, so nothing was saved as",
                folder_.display(name_));
}

void part_file::abandon(leftover what) noexcept {
    if (std::exchange(finished_, true)) return;
    try {
        if (begun_ && what == leftover::keep) keep_for_resume();
    } catch (const std::exception&) {
        // A full disk, mostly. What is in the file is still a prefix of the body.
        buffer_.clear();
    }
    const bool kept = what == leftover::keep && (!begun_ || sidecar_ == sidecar_state::written);
    if (fd_ >= 0 && !kept) {
        remove_sidecar();
        ::unlinkat(folder_.fd(), part_name_.c_str(), 0);
    }
    close();
}

void part_file::keep_for_resume() {
    if (!point()) return;
    if (fd_ < 0 && buffer_.size() < worth_keeping) return;
    flush({});
    if (sidecar_ == sidecar_state::failed) write_sidecar();
}

void part_file::flush(std::span<const std::byte> more) {
    const bool first = fd_ < 0;
    if (first) open_for_writing();
    // One that lies about would describe other bytes than those that now come.
    if (first) remove_sidecar();
    put(more);
    if (sidecar_ == sidecar_state::none) write_sidecar();
}

// Writes the buffer and then `more`, and empties the buffer, also when that fails.
void part_file::put(std::span<const std::byte> more) {
    if (fd_ < 0) open_for_writing();
    auto held = std::exchange(buffer_, {});
    pieces_ = 0;
    std::array<iovec, 2> pieces{to_iovec(bytes_of(held)), to_iovec(more)};
    std::size_t at = 0;
    while (at < pieces.size()) {
        if (pieces[at].iov_len == 0) {
            ++at;
            continue;
        }
        const auto count = static_cast<int>(pieces.size() - at);
        const auto done = ::writev(fd_, &pieces[at], count);
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) throw_errno("write", folder_.display(part_name_));
        written_ += static_cast<std::uint64_t>(done);
        for (auto left = static_cast<std::size_t>(done); left > 0;) {
            const auto used = std::min(left, pieces[at].iov_len);
            pieces[at].iov_base = static_cast<std::byte*>(pieces[at].iov_base) + used;
            pieces[at].iov_len -= used;
            left -= used;
            if (pieces[at].iov_len == 0) ++at;
        }
    }
    held.clear();
    // The memory of the first spill is large; what follows is collected in smaller batches.
    if (held.capacity() <= options_.batch * 2) buffer_ = std::move(held);
}

void part_file::open_for_writing() {
    if (!open_part(O_RDWR | O_CREAT)) throw_error(ENOENT, "open", folder_.display(part_name_));
    if (stale_) truncate_part();
}

// Opens and locks the part. Result: false when it is not there and `flags` lack O_CREAT.
bool part_file::open_part(int flags) {
    for (int races = 0; races < max_races; ++races) {
        fd_ = ::openat(folder_.fd(), part_name_.c_str(), flags | O_NOFOLLOW | O_CLOEXEC, file_mode);
        if (fd_ < 0 && errno == ENOENT) {
            if ((flags & O_CREAT) == 0) return false;
            folder_.make_parents(part_name_);
            continue;
        }
        if (fd_ < 0) throw_errno("open", folder_.display(part_name_));
        if (lock_and_verify()) return true;
        close();
    }
    throw_error(EBUSY, "open", folder_.display(part_name_));
}

// Whoever locks the part may write it. Result: false when, between open and lock, its last owner
// renamed it: the descriptor is then that of a finished file, which must not be touched.
bool part_file::lock_and_verify() {
    try {
        lock_file(fd_, folder_.display(part_name_));
    } catch (const std::system_error&) {
        close();
        throw;
    }

    struct stat mine {};

    struct stat named {};

    if (::fstat(fd_, &mine) != 0) throw_errno("fstat", folder_.display(part_name_));
    if (!S_ISREG(mine.st_mode)) {
        close();
        throw_error(EINVAL, "not a plain file:", folder_.display(part_name_));
    }
    stale_ = mine.st_size > 0;
    return ::fstatat(folder_.fd(), part_name_.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           mine.st_ino == named.st_ino && mine.st_dev == named.st_dev;
}

// First the bytes, then their description: a kill between the two leaves an empty part, which no
// sidecar makes resumable.
void part_file::truncate_part() {
    if (::ftruncate(fd_, 0) != 0) throw_errno("ftruncate", folder_.display(part_name_));
    if (::lseek(fd_, 0, SEEK_SET) != 0) throw_errno("lseek", folder_.display(part_name_));
    stale_ = false;
    remove_sidecar();
}

void part_file::rename_part(const std::string& final_name) {
    // The sidecar goes first: the other way round, a kill between the two would leave one that
    // describes no part, and a later part might be taken for what it describes.
    if (sidecar_ == sidecar_state::written) remove_sidecar();
    const auto rename = [&] {
        return ::renameat(folder_.fd(), part_name_.c_str(), folder_.fd(), final_name.c_str()) == 0;
    };
    if (rename()) return;
    if (errno == ENOENT) {
        folder_.make_parents(final_name);
        if (rename()) return;
    }
    throw_errno("rename " + folder_.display(part_name_) + " to", folder_.display(final_name));
}

// A small body in one go. Result: false when it must take the way over the part; the buffer is
// then as before.
bool part_file::publish_unnamed(const std::string& final_name) {
    if (folder_.publishing_ == output_folder::publishing::rename_part) return false;
    folder_.make_parents(final_name);
    const int fd = ::openat(folder_.fd(), ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, file_mode);
    if (fd < 0) {
        // EISDIR is what kernels and file systems without O_TMPFILE answer besides EOPNOTSUPP.
        const bool unknown = errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL;
        if (unknown) folder_.publishing_ = output_folder::publishing::rename_part;
        return false;
    }
    const auto body = bytes_of(buffer_);
    const auto done = body.empty() ? 0 : ::write(fd, body.data(), body.size());
    const bool whole = done == static_cast<ssize_t>(body.size());
    const bool linked = whole && link_unnamed(fd, final_name);
    ::close(fd);
    return linked;
}

bool part_file::link_unnamed(int fd, const std::string& final_name) {
    using publishing = output_folder::publishing;
    if (folder_.publishing_ == publishing::link_by_fd) {
        if (::linkat(fd, "", folder_.fd(), final_name.c_str(), AT_EMPTY_PATH) == 0) return true;
        // ENOENT is how kernels before 6.10 refuse AT_EMPTY_PATH to who lacks the capability.
        if (errno == ENOENT) folder_.publishing_ = publishing::link_by_proc;
    }
    if (folder_.publishing_ == publishing::link_by_proc) {
        const auto path = "/proc/self/fd/" + std::to_string(fd);
        if (::linkat(AT_FDCWD, path.c_str(), folder_.fd(), final_name.c_str(), AT_SYMLINK_FOLLOW) ==
            0) {
            return true;
        }
    }
    // The name is taken, as it will be for most of the others when a folder is filled again.
    folder_.publishing_ = publishing::rename_part;
    return false;
}

// Best effort: a transfer without a sidecar is a transfer that cannot be resumed, no more.
void part_file::write_sidecar() noexcept {
    try {
        auto described = point();
        if (!described) return;
        const auto text = sidecar_text(*described);
        const int fd = ::openat(folder_.fd(), sidecar_name_.c_str(),
                                O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, file_mode);
        const bool whole =
            fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
        if (fd >= 0) ::close(fd);
        if (!whole) remove_sidecar();
        sidecar_ = whole ? sidecar_state::written : sidecar_state::failed;
    } catch (const std::exception&) {
        sidecar_ = sidecar_state::failed;
    }
}

void part_file::remove_sidecar() noexcept {
    ::unlinkat(folder_.fd(), sidecar_name_.c_str(), 0);
    sidecar_ = sidecar_state::none;
}

std::optional<resume_point> part_file::read_sidecar() const {
    std::string text(max_sidecar, '\0');
    text.resize(read_file(folder_.fd(), sidecar_name_, text));
    return parse_sidecar(text);
}

void part_file::close() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace grove::cmd
