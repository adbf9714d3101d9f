// SPDX-License-Identifier: MIT
#include "cmd/common/named_file.hpp"

#include <grove/error.hpp>
#include <grove/thread_pool.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace grove::cmd {
namespace {

constexpr int most_races = 100;

file_identity identity_in(const struct stat& seen) noexcept {
    return {.device = seen.st_dev, .number = seen.st_ino};
}

/// False when, between open and lock, the file was renamed or removed: it is no longer what its
/// name means, and may be one that is finished.
bool is_named(int fd, const std::string& path) {
    struct stat mine {};

    struct stat named {};

    if (::fstat(fd, &mine) != 0) throw_errno("fstat", path);
    if (!S_ISREG(mine.st_mode)) throw_error(EINVAL, "not a plain file:", path);
    if (::lstat(path.c_str(), &named) != 0) return false;
    if (S_ISLNK(named.st_mode)) throw_error(ELOOP, "open", path);
    return identity_in(mine) == identity_in(named);
}

}  // namespace

std::optional<file_identity> identity_of(const std::string& path) noexcept {
    struct stat seen {};

    if (::stat(path.c_str(), &seen) != 0) return std::nullopt;
    return identity_in(seen);
}

std::string target_of_link(const std::string& path) {
    std::error_code none;
    if (!std::filesystem::is_symlink(path, none)) return path;
    const auto found = std::filesystem::canonical(path, none);
    return none ? path : found.string();
}

void lock_file(int fd, const std::string& shown) {
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        throw_error(EBUSY, "another process is writing", shown);
}

file open_locked(const std::string& path, const open_options& how) {
    for (int races = 0; races < most_races; ++races) {
        file made(path, how);
        lock_file(made.fd(), path);
        if (is_named(made.fd(), path)) return made;
    }
    throw_error(EBUSY, "open", path);
}

void sync_folder_of(const std::string& path) {
    const auto parent = std::filesystem::path(path).parent_path();
    const std::string folder = parent.empty() ? "." : parent.string();
    thread_pool::shared().run([folder] {
        const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0) throw_errno("open", folder);
        const int error = ::fsync(fd) == 0 ? 0 : errno;
        ::close(fd);
        // EINVAL: a file system that cannot.
        if (error != 0 && error != EINVAL) throw_error(error, "fsync", folder);
    });
}

}  // namespace grove::cmd
