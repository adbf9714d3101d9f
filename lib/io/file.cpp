// SPDX-License-Identifier: MIT
#include "io/file_core.hpp"
#include "io/file_opening.hpp"

#include <grove/error.hpp>
#include <grove/file.hpp>
#include <grove/thread_pool.hpp>

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace grove {

using detail::file_core;
using detail::shared_fd;
using detail::tell_result;

file::file() noexcept = default;

file::file(const std::string& path, open_options options, deadline until)
    : core_(std::make_unique<file_core>(detail::open_backing(path, options, until))) {}

file::file(std::unique_ptr<file_core> core) noexcept : core_(std::move(core)) {}

file::file(file&&) noexcept = default;
file& file::operator=(file&&) noexcept = default;
file::~file() = default;

file_core& file::open_core(const char* call) const {
    if (!is_open()) throw_error(EBADF, call, std::string(name()) + ": the file is closed");
    return *core_;
}

std::size_t file::read_some(std::span<std::byte> into, deadline until) {
    return open_core("read").read_some(into, until);
}

void file::read_exactly(std::span<std::byte> into, deadline until) {
    open_core("read").read_exactly(into, until);
}

std::string file::read_line(deadline until, std::size_t longest) {
    return open_core("read_line").read_line(until, longest);
}

std::string file::read_all(std::size_t most, deadline until) {
    return open_core("read_all").read_all(most, until);
}

std::size_t file::read_at(std::uint64_t offset, std::span<std::byte> into, deadline until) {
    detail::file_backing& backing = open_core("read").backing();
    return into.empty() ? 0 : backing.read_at(offset, into, until);
}

void file::write_all(std::span<const std::byte> bytes, deadline until) {
    open_core("write").write(bytes, until);
}

void file::write_at(std::uint64_t offset, std::span<const std::byte> bytes, deadline until) {
    open_core("write").write_at(offset, bytes, until);
}

std::uint64_t file::seek(std::int64_t offset, seek_from from) {
    return open_core("lseek").seek(offset, from);
}

std::uint64_t file::size() const {
    const file_core& core = open_core("fstat");

    struct stat about {};

    if (::fstat(core.backing().fd(), &about) != 0) throw_errno("fstat", core.name());
    if (!S_ISBLK(about.st_mode)) return static_cast<std::uint64_t>(about.st_size);
    std::uint64_t bytes = 0;
    if (::ioctl(core.backing().fd(), BLKGETSIZE64, &bytes) != 0)
        throw_errno("ioctl BLKGETSIZE64", core.name());
    return bytes;
}

void file::truncate(std::uint64_t size) {
    const file_core& core = open_core("ftruncate");
    const std::string name = core.name();
    const auto told = thread_pool::shared().run([fd = core.backing().share(), size] {
        return tell_result(
            [&]() -> ssize_t { return ::ftruncate(fd->get(), static_cast<off_t>(size)); });
    });
    if (told->result != 0) throw_error(told->error, "ftruncate", name);
}

void file::sync(file_sync what, deadline until) {
    const file_core& core = open_core("fsync");
    const std::string name = core.name();
    const auto told = thread_pool::shared().run(
        [fd = core.backing().share(), what] {
            return tell_result([&]() -> ssize_t {
                return what == file_sync::data ? ::fdatasync(fd->get()) : ::fsync(fd->get());
            });
        },
        until);
    if (!told) detail::throw_late("fsync", name);
    if (told->result != 0) throw_error(told->error, "fsync", name);
}

void file::close() {
    if (!is_open()) return;
    const int error = core_->close();
    if (error != 0) throw_error(error, "close", core_->name());
}

bool file::is_open() const noexcept {
    return fd() >= 0;
}

int file::fd() const noexcept {
    return core_ ? core_->backing().fd() : -1;
}

std::string_view file::name() const noexcept {
    return core_ ? std::string_view(core_->name()) : std::string_view();
}

}  // namespace grove
