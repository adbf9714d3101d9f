// SPDX-License-Identifier: MIT
#include "cmd/fetch/special_file.hpp"

#include "cmd/common/descriptors.hpp"
#include "cmd/common/report_file.hpp"

#include <grove/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace grove::cmd {
namespace {

bool is_regular(int fd) noexcept {
    struct stat about {};

    return ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

}  // namespace

special_file::special_file(const output_folder& folder, const std::string& name)
    : shown_(folder.display(name)) {
    // Where a descriptor of ours is a regular file, only a copy goes on where that stands.
    const auto own = own_descriptor(shown_);
    fd_ = own && is_regular(*own)
              ? ::fcntl(*own, F_DUPFD_CLOEXEC, 0)
              : ::openat(folder.fd(), name.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd_ < 0) throw_errno("open", shown_);
}

special_file::~special_file() {
    ::close(fd_);
}

void special_file::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
        if (n > 0)
            bytes.remove_prefix(static_cast<std::size_t>(n));
        else if (n < 0 && errno == EAGAIN)
            wait_writable(fd_);
        else if (n < 0 && errno != EINTR)
            throw_errno("write", shown_);
    }
}

}  // namespace grove::cmd
