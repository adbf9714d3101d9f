// SPDX-License-Identifier: MIT
#include "cmd/fetch/output_folder.hpp"

#include "cmd/common/report_file.hpp"

#include <grove/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace grove::cmd {

namespace {

constexpr mode_t folder_mode = 0777;  // the umask takes from it

int open_folder(const std::string& path) noexcept {
    // Not O_PATH: the descriptor must be good for O_TMPFILE and fsync(2) as well.
    return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

// Makes `path` and what is missing above it, below the folder `at`.
void make_folders(int at, const std::string& path, const std::string& shown) {
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        const auto part = path.substr(0, slash);
        const bool made = ::mkdirat(at, part.c_str(), folder_mode) == 0;
        if (!made && errno != EEXIST) throw_errno("mkdir", shown + part);
        if (slash == std::string::npos) return;
    }
}

}  // namespace

output_folder::output_folder(std::string path) : path_(std::move(path)) {
    fd_ = open_folder(path_);
    if (fd_ < 0 && errno == ENOENT) {
        make_folders(AT_FDCWD, path_, {});
        fd_ = open_folder(path_);
    }
    if (fd_ < 0) throw_errno("open folder", path_);
}

output_folder::output_folder(output_folder&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      made_(std::move(other.made_)),
      publishing_(other.publishing_) {}

output_folder& output_folder::operator=(output_folder&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(path_, other.path_);
    std::swap(made_, other.made_);
    std::swap(publishing_, other.publishing_);
    return *this;
}

output_folder::~output_folder() {
    if (fd_ >= 0) ::close(fd_);
}

std::string output_folder::display(const std::string& name) const {
    if (path_ == ".") return name;
    return path_.ends_with('/') ? path_ + name : path_ + "/" + name;
}

void output_folder::make_parents(const std::string& name) {
    const auto slash = name.rfind('/');
    if (slash == std::string::npos) return;
    auto parent = name.substr(0, slash);
    if (parent == made_) return;
    make_folders(fd_, parent, display({}));
    made_ = std::move(parent);
}

bool output_folder::contains(const std::string& name) const {
    if (::faccessat(fd_, name.c_str(), F_OK, 0) == 0) return true;
    if (errno != ENOENT && errno != ENOTDIR) throw_errno("access", display(name));
    return false;
}

bool output_folder::is_folder(const std::string& name) const {
    struct stat status {};

    return ::fstatat(fd_, name.c_str(), &status, 0) == 0 && S_ISDIR(status.st_mode);
}

bool output_folder::is_special(const std::string& name) const {
    if (own_descriptor(display(name))) return true;

    struct stat status {};

    if (::fstatat(fd_, name.c_str(), &status, 0) != 0) {
        if (errno != ENOENT && errno != ENOTDIR) throw_errno("stat", display(name));
        return false;
    }
    return S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode) || S_ISFIFO(status.st_mode) ||
           S_ISSOCK(status.st_mode);
}

}  // namespace grove::cmd
