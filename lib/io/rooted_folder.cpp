// SPDX-License-Identifier: MIT
#include "io/rooted_folder.hpp"

#include <grove/error.hpp>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

namespace grove::detail {
namespace {

constexpr int always = O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
constexpr int most_tries = 100;

unique_fd open_root(const std::string& path) {
    unique_fd fd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!fd) throw_errno("open", path);
    return fd;
}

int open_below(int root, const std::string& below, int flags, std::uint64_t more) noexcept {
    open_how how{};
    how.flags = static_cast<unsigned>(flags);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | more;
    return static_cast<int>(::syscall(SYS_openat2, root, below.c_str(), &how, sizeof how));
}

/// A sandbox may forbid the call, so it is tried and not the kernel's version looked at.
rooted_folder::walk best_walk(int root) noexcept {
    const unique_fd probe(open_below(root, ".", O_PATH | O_CLOEXEC, 0));
    return probe ? rooted_folder::walk::kernel : rooted_folder::walk::steps;
}

rooted_opening told(int fd) noexcept {
    return {unique_fd(fd), fd < 0 ? errno : 0};
}

/// The kernel gives up on a `..` of a link when any folder was renamed meanwhile.
rooted_opening open_in_kernel(int root, const std::string& below, int flags) noexcept {
    for (int i = 0; i < most_tries; ++i) {
        rooted_opening one = told(open_below(root, below, flags, 0));
        if (one.error != EAGAIN && one.error != EINTR) return one;
    }
    return {{}, EAGAIN};
}

rooted_opening open_by_steps(int root, const std::string& below, int flags) noexcept {
    unique_fd at;
    std::size_t begin = 0;
    for (;;) {
        const std::size_t end = below.find('/', begin);
        const bool last = end == std::string::npos;
        // A name of any folder's entry has at most 255 bytes: no memory is asked for here.
        const std::size_t size = (last ? below.size() : end) - begin;
        std::array<char, 256> name{};
        if (size >= name.size()) return {{}, ENAMETOOLONG};
        name[below.copy(name.data(), size, begin)] = '\0';
        if (size == 2 && name[0] == '.' && name[1] == '.') return {{}, EXDEV};
        const int how = last ? flags : O_PATH | O_DIRECTORY | O_CLOEXEC;
        rooted_opening next =
            told(::openat(at ? at.get() : root, size == 0 ? "" : name.data(), how | O_NOFOLLOW));
        if (last || next.error != 0) return next;
        at = std::move(next.fd);
        begin = end + 1;
    }
}

}  // namespace

rooted_folder::rooted_folder(const std::string& path)
    : fd_(open_root(path)), walk_(best_walk(fd_.get())) {}

rooted_folder::rooted_folder(const std::string& path, walk by) : fd_(open_root(path)), walk_(by) {}

rooted_opening rooted_folder::open(const std::string& below, int flags, effort how) const noexcept {
    flags |= always;
    if ((flags & O_PATH) != 0) flags &= ~(O_NOCTTY | O_NONBLOCK);  // openat2 refuses them there
    if (walk_ == walk::steps) {
        if (how == effort::in_cache) return {{}, EAGAIN};
        return open_by_steps(fd_.get(), below, flags);
    }
    if (how == effort::full) return open_in_kernel(fd_.get(), below, flags);
    rooted_opening one = told(open_below(fd_.get(), below, flags, RESOLVE_CACHED));
    // A kernel before 5.12 does not know RESOLVE_CACHED.
    if (one.error == EINVAL || one.error == EINTR) one.error = EAGAIN;
    return one;
}

}  // namespace grove::detail
