// SPDX-License-Identifier: MIT
#include "net/folder_listing.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <compare>
#include <memory>
#include <utility>

namespace grove::http {
namespace {

using detail::rooted_folder;
using detail::rooted_opening;

struct stream_closer {
    void operator()(DIR* stream) const noexcept { ::closedir(stream); }
};

using folder_stream = std::unique_ptr<DIR, stream_closer>;

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool comes_before(const listed_entry& a, const listed_entry& b) noexcept {
    if (a.folder != b.folder) return a.folder;
    const auto order = std::lexicographical_compare_three_way(
        a.name.begin(), a.name.end(), b.name.begin(), b.name.end(),
        [](char x, char y) { return lower(x) <=> lower(y); });
    return std::is_neq(order) ? std::is_lt(order) : a.name < b.name;
}

/// What a name is, behind links too; false when it cannot be seen.
bool look_at(const rooted_folder& root, const std::string& below, int folder, const char* name,
             struct stat& about) {
    if (::fstatat(folder, name, &about, AT_SYMLINK_NOFOLLOW) != 0) return false;
    if (!S_ISLNK(about.st_mode)) return true;
    const rooted_opening target =
        root.open(below + '/' + name, O_PATH, rooted_folder::effort::full);
    return target.fd && ::fstat(target.fd.get(), &about) == 0;
}

}  // namespace

folder_listing read_listing(const rooted_folder& root, const std::string& below, dot_names dots,
                            std::size_t most) {
    folder_listing all;
    rooted_opening opened = root.open(below, O_RDONLY | O_DIRECTORY, rooted_folder::effort::full);
    if (opened.error != 0) return {opened.error, {}, false};
    const folder_stream stream(::fdopendir(opened.fd.get()));
    if (!stream) return {errno, {}, false};
    const int folder = opened.fd.release();  // the stream's
    errno = 0;
    while (const dirent* const entry = ::readdir(stream.get())) {
        struct stat about {};

        const char* const name = &entry->d_name[0];
        if (can_be_asked_for(name, dots) && look_at(root, below, folder, name, about) &&
            (S_ISREG(about.st_mode) || S_ISDIR(about.st_mode))) {
            all.has_more = all.entries.size() >= most;
            if (all.has_more) break;
            all.entries.push_back(
                {name, S_ISDIR(about.st_mode), static_cast<std::uint64_t>(about.st_size),
                 std::chrono::sys_seconds(std::chrono::seconds(about.st_mtim.tv_sec))});
        }
        errno = 0;
    }
    if (!all.has_more) all.error = errno;
    std::ranges::sort(all.entries, comes_before);
    return all;
}

}  // namespace grove::http
