// SPDX-License-Identifier: MIT
#include "net/file_lookup.hpp"

#include "io/disk_device.hpp"

#include <fcntl.h>
#include <sys/uio.h>

#include <cerrno>
#include <string_view>
#include <utility>

namespace grove::http {
namespace {

using detail::rooted_folder;
using effort = rooted_folder::effort;

ssize_t read_at(int fd, char* into, std::size_t size, off_t offset, int flags) noexcept {
    const iovec piece{into, size};
    for (;;) {
        const ssize_t n = ::preadv2(fd, &piece, 1, offset, flags);
        if (n >= 0 || errno != EINTR) return n;
    }
}

/// Result: 0; EAGAIN when the disk would have to be asked; else why it cannot be read. A file that
/// is not as long as it was is left without content.
int read_content(found_file& file, effort how) {
    const auto size = static_cast<std::size_t>(file.about.st_size);
    const bool may_wait =
        how == effort::full || detail::disk_device::of(file.fd.get(), file.about).in_memory();
    std::string content(size, '\0');
    std::size_t have = 0;
    while (have < size) {
        const ssize_t n = read_at(file.fd.get(), content.data() + have, size - have,
                                  static_cast<off_t>(have), may_wait ? 0 : RWF_NOWAIT);
        if (n < 0) return !may_wait && errno == EOPNOTSUPP ? EAGAIN : errno;
        if (n == 0) return 0;
        have += static_cast<std::size_t>(n);
    }
    file.content = std::move(content);
    return 0;
}

found_kind kind_of(const struct stat& about) noexcept {
    if (S_ISREG(about.st_mode)) return found_kind::file;
    return S_ISDIR(about.st_mode) ? found_kind::folder : found_kind::other;
}

struct one_lookup {
    int error = 0;
    found_kind kind = found_kind::nothing;
    found_file file;
};

one_lookup look_up_one(const rooted_folder& root, const std::string& below,
                       const lookup_wishes& wishes, effort how) {
    one_lookup found;
    detail::rooted_opening one = root.open(below, O_RDONLY, how);
    if (one.error != 0) return {one.error, found_kind::nothing, {}};
    found.file.fd = std::move(one.fd);
    if (::fstat(found.file.fd.get(), &found.file.about) != 0)
        return {errno, found_kind::nothing, {}};
    found.kind = kind_of(found.file.about);
    if (found.kind != found_kind::file) return found;
    if (std::cmp_less_equal(found.file.about.st_size, wishes.small_file))
        found.error = read_content(found.file, how);
    return found;
}

bool is_older(const struct stat& one, const struct stat& other) noexcept {
    // Who writes both may write them in any order.
    constexpr time_t slack = 2;
    return one.st_mtim.tv_sec + slack < other.st_mtim.tv_sec;
}

/// Result: 0, or EAGAIN. What cannot be had for another reason is not there.
int look_up_coded(const rooted_folder& root, const std::string& name, const lookup_wishes& wishes,
                  effort how, const struct stat& plain, std::optional<found_file>& into) {
    one_lookup found = look_up_one(root, name, wishes, how);
    if (found.error == EAGAIN) return EAGAIN;
    if (found.error == 0 && found.kind == found_kind::file && !is_older(found.file.about, plain))
        into = std::move(found.file);
    return 0;
}

}  // namespace

lookup_result look_up(const rooted_folder& root, const std::string& below,
                      const lookup_wishes& wishes, effort how) {
    one_lookup found = look_up_one(root, below, wishes, how);
    lookup_result all;
    all.error = found.error;
    all.kind = found.kind;
    all.plain = std::move(found.file);
    const bool is_coded = below.ends_with(".gz") || below.ends_with(".br");
    if (all.error != 0 || all.kind != found_kind::file || !wishes.precompressed || is_coded)
        return all;
    const struct stat& plain = all.plain.about;
    all.error = look_up_coded(root, below + ".br", wishes, how, plain, all.brotli);
    if (all.error == 0)
        all.error = look_up_coded(root, below + ".gz", wishes, how, plain, all.gzip);
    return all;
}

}  // namespace grove::http
