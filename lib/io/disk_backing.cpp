// SPDX-License-Identifier: MIT
#include "base/clock.hpp"
#include "io/disk_device.hpp"
#include "io/file_backing.hpp"

#include <grove/greenlet.hpp>
#include <grove/thread_pool.hpp>
#include <grove/timeout.hpp>

#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace grove::detail {

file_backing::~file_backing() = default;

std::size_t read_in_pool(const shared_fd& from, std::optional<std::uint64_t> offset,
                         std::span<std::byte> into, deadline until, const std::string& name) {
    const std::size_t size = std::min(into.size(), disk_device::most_read);
    auto came = thread_pool::shared().run(
        [from, offset, size] {
            brought got{std::make_unique_for_overwrite<std::byte[]>(size), {}};
            got.told = tell_result([&] {
                return offset ? ::pread(from->get(), got.bytes.get(), size,
                                        static_cast<off_t>(*offset))
                              : ::read(from->get(), got.bytes.get(), size);
            });
            return got;
        },
        until);
    if (!came) throw_late("read", name);
    if (came->told.result < 0) throw_error(came->told.error, "read", name);
    const auto n = static_cast<std::size_t>(came->told.result);
    std::memcpy(into.data(), came->bytes.get(), n);
    return n;
}

namespace {

/// What the page cache has. -1 with EAGAIN: the disk would have to be asked; or nobody can tell.
ssize_t read_cached(int fd, std::span<std::byte> into, std::int64_t offset, bool in_memory) {
    const iovec one{into.data(), into.size()};
    const int flags = in_memory ? 0 : RWF_NOWAIT;
    for (;;) {
        const ssize_t n = ::preadv2(fd, &one, 1, offset, flags);
        if (n >= 0 || errno != EINTR) return n;
    }
}

bool must_ask_the_disk(int error) noexcept {
    return error == EAGAIN || error == EOPNOTSUPP || error == ENOSYS;
}

class disk_backing final : public file_backing {
 public:
    disk_backing(unique_fd fd, std::string name);

    [[nodiscard]] int fd() const noexcept override { return fd_ ? fd_->get() : -1; }

    std::size_t read(std::span<std::byte> into, deadline until) override;
    void write(std::span<const std::byte> bytes, deadline until) override;
    std::size_t read_at(std::uint64_t offset, std::span<std::byte> into, deadline until) override;
    void write_at(std::uint64_t offset, std::span<const std::byte> bytes, deadline until) override;

    [[nodiscard]] bool has_position() const noexcept override { return has_position_; }

    [[nodiscard]] std::size_t piece() const noexcept override { return std::size_t{64} << 10; }

    [[nodiscard]] shared_fd share() const override { return fd_; }

    [[nodiscard]] int close() noexcept override;

 private:
    void check_still_open(const char* call) const;
    std::size_t write_piece(std::span<const std::byte> bytes, std::optional<std::uint64_t> offset);
    [[nodiscard]] call_result write_in_pool(std::span<const std::byte> bytes,
                                            std::optional<std::uint64_t> offset) const;

    std::shared_ptr<unique_fd> fd_;
    disk_device* device_ = nullptr;
    bool has_position_ = false;
};

disk_backing::disk_backing(unique_fd fd, std::string name)
    : file_backing(std::move(name)), fd_(std::make_shared<unique_fd>(std::move(fd))) {
    struct stat about {};

    if (::fstat(fd_->get(), &about) != 0) throw_errno("fstat", this->name());
    device_ = &disk_device::of(fd_->get(), about);
    has_position_ = !S_ISCHR(about.st_mode) && ::lseek(fd_->get(), 0, SEEK_CUR) >= 0;
}

void disk_backing::check_still_open(const char* call) const {
    if (!fd_) throw_error(EBADF, call, name() + ": closed in another greenlet");
}

std::size_t disk_backing::read(std::span<std::byte> into, deadline until) {
    const ssize_t cached = read_cached(fd(), into, -1, device_->in_memory());
    if (cached >= 0) return static_cast<std::size_t>(cached);
    if (!must_ask_the_disk(errno)) throw_errno("read", name());
    if (!has_position_) return read_in_pool(fd_, std::nullopt, into, until, name());
    const off_t at = ::lseek(fd(), 0, SEEK_CUR);
    if (at < 0) throw_errno("lseek", name());
    const std::size_t n = read_in_pool(fd_, static_cast<std::uint64_t>(at), into, until, name());
    check_still_open("read");
    // Only now: a greenlet that is interrupted while the pool reads has lost nothing.
    if (::lseek(fd(), at + static_cast<off_t>(n), SEEK_SET) < 0) throw_errno("lseek", name());
    return n;
}

std::size_t disk_backing::read_at(std::uint64_t offset, std::span<std::byte> into, deadline until) {
    const auto at = static_cast<std::int64_t>(offset);
    if (at < 0) throw_error(EINVAL, "read", name());  // -1 would be the position
    const ssize_t cached = read_cached(fd(), into, at, device_->in_memory());
    if (cached >= 0) return static_cast<std::size_t>(cached);
    if (!must_ask_the_disk(errno)) throw_errno("read", name());
    const std::size_t n = read_in_pool(fd_, offset, into, until, name());
    check_still_open("read");
    return n;
}

/// The bytes are the caller's, on a stack that an interruption would unwind: it has to wait.
call_result disk_backing::write_in_pool(std::span<const std::byte> bytes,
                                        std::optional<std::uint64_t> offset) const {
    const shield until_written;
    const auto told = thread_pool::shared().run([to = shared_fd(fd_), bytes, offset] {
        return tell_result([&] {
            return offset ? ::pwrite(to->get(), bytes.data(), bytes.size(),
                                     static_cast<off_t>(*offset))
                          : ::write(to->get(), bytes.data(), bytes.size());
        });
    });
    return *told;
}

std::size_t disk_backing::write_piece(std::span<const std::byte> bytes,
                                      std::optional<std::uint64_t> offset) {
    call_result told;
    if (device_->writes_in_place(bytes.size())) {
        const std::int64_t began = kernel_now();
        told = tell_result([&] {
            return offset ? ::pwrite(fd(), bytes.data(), bytes.size(), static_cast<off_t>(*offset))
                          : ::write(fd(), bytes.data(), bytes.size());
        });
        device_->took(std::chrono::nanoseconds(kernel_now() - began));
    } else {
        told =
            write_in_pool(bytes.first(std::min(bytes.size(), disk_device::most_written)), offset);
    }
    if (told.result < 0) throw_error(told.error, "write", name());
    if (told.result == 0) throw_error(EIO, "write", name());
    return static_cast<std::size_t>(told.result);
}

void disk_backing::write(std::span<const std::byte> bytes, deadline until) {
    while (!bytes.empty()) {
        bytes = bytes.subspan(write_piece(bytes, std::nullopt));
        if (bytes.empty()) return;
        yield();  // where a kill is delivered
        check_still_open("write");
        if (until.expired()) throw_late("write", name());
    }
}

void disk_backing::write_at(std::uint64_t offset, std::span<const std::byte> bytes,
                            deadline until) {
    while (!bytes.empty()) {
        const std::size_t n = write_piece(bytes, offset);
        offset += n;
        bytes = bytes.subspan(n);
        if (bytes.empty()) return;
        yield();
        check_still_open("write");
        if (until.expired()) throw_late("write", name());
    }
}

/// A job that still holds the descriptor closes it: it only reads or syncs, so no write is lost.
int disk_backing::close() noexcept {
    const auto last = std::exchange(fd_, nullptr);
    if (!last || last.use_count() > 1) return 0;
    return ::close(last->release()) == 0 ? 0 : errno;
}

}  // namespace

std::unique_ptr<file_backing> make_disk_backing(unique_fd fd, std::string name) {
    return std::make_unique<disk_backing>(std::move(fd), std::move(name));
}

}  // namespace grove::detail
