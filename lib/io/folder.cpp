// SPDX-License-Identifier: MIT
#include "io/file_backing.hpp"

#include <grove/error.hpp>
#include <grove/folder.hpp>
#include <grove/thread_pool.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string_view>
#include <utility>

namespace grove {
namespace detail {

/// Owned by the job that reads it and by its reader in turns: never by both, for a stream of
/// entries is nothing that two threads may use.
struct open_folder {
    explicit open_folder(DIR* opened) noexcept : stream(opened) {}

    open_folder(const open_folder&) = delete;
    open_folder& operator=(const open_folder&) = delete;

    ~open_folder() { ::closedir(stream); }

    DIR* stream;
};

namespace {

constexpr std::size_t most_at_once = 1024;

entry_kind kind_of(DIR* in, const dirent& entry) noexcept {
    switch (entry.d_type) {
        case DT_REG:
            return entry_kind::file;
        case DT_DIR:
            return entry_kind::folder;
        case DT_LNK:
            return entry_kind::link;
        case DT_UNKNOWN:
            break;
        default:
            return entry_kind::other;
    }

    struct stat about {};  // the file system keeps no kinds in its folders

    if (::fstatat(::dirfd(in), &entry.d_name[0], &about, AT_SYMLINK_NOFOLLOW) != 0)
        return entry_kind::other;
    if (S_ISREG(about.st_mode)) return entry_kind::file;
    if (S_ISDIR(about.st_mode)) return entry_kind::folder;
    return S_ISLNK(about.st_mode) ? entry_kind::link : entry_kind::other;
}

struct batch {
    std::vector<folder_entry> entries;
    int error = 0;
    std::shared_ptr<open_folder> folder;  // back from the job
};

batch read_batch(std::shared_ptr<open_folder> folder) {
    batch all;
    while (all.entries.size() < most_at_once) {
        errno = 0;
        const dirent* const entry = ::readdir(folder->stream);
        if (entry == nullptr) {
            all.error = errno;
            break;
        }
        const std::string_view name = &entry->d_name[0];
        if (name == "." || name == "..") continue;
        all.entries.push_back({std::string(name), kind_of(folder->stream, *entry)});
    }
    all.folder = std::move(folder);
    return all;
}

struct opened {
    std::shared_ptr<open_folder> folder;
    int error = 0;
};

opened open_in_thread(const std::string& path) {
    DIR* const stream = ::opendir(path.c_str());
    if (stream == nullptr) return {nullptr, errno};
    return {std::make_shared<open_folder>(stream), 0};
}

}  // namespace
}  // namespace detail

folder_reader::folder_reader(const std::string& path, deadline until) : path_(path) {
    auto told = thread_pool::shared().run([path] { return detail::open_in_thread(path); }, until);
    if (!told) detail::throw_late("opendir", path);
    if (told->error != 0) throw_error(told->error, "opendir", path);
    folder_ = std::move(told->folder);
}

folder_reader::folder_reader(folder_reader&&) noexcept = default;
folder_reader& folder_reader::operator=(folder_reader&&) noexcept = default;
folder_reader::~folder_reader() = default;

std::vector<folder_entry> folder_reader::read_some(deadline until) {
    if (!folder_) throw_error(EBADF, "readdir", path_);
    auto told = thread_pool::shared().run(
        [folder = std::exchange(folder_, nullptr)]() mutable {
            return detail::read_batch(std::move(folder));
        },
        until);
    if (!told) detail::throw_late("readdir", path_);
    folder_ = std::move(told->folder);
    if (told->error != 0) throw_error(told->error, "readdir", path_);
    return std::move(told->entries);
}

std::vector<folder_entry> list_folder(const std::string& path, std::size_t most, deadline until) {
    folder_reader reader(path, until);
    std::vector<folder_entry> all;
    for (auto batch = reader.read_some(until); !batch.empty(); batch = reader.read_some(until)) {
        std::ranges::move(batch, std::back_inserter(all));
        if (all.size() > most) throw_error(EOVERFLOW, "list_folder", path);
    }
    std::ranges::sort(all, {}, &folder_entry::name);
    return all;
}

std::optional<folder_entry> folder_walk::next(deadline until) {
    while (batch_.empty()) {
        if (!reader_) {
            if (waiting_.empty()) return std::nullopt;
            at_ = std::move(waiting_.back());
            waiting_.pop_back();
            reader_.emplace(at_, until);
        }
        try {
            batch_ = reader_->read_some(until);
        } catch (...) {
            reader_.reset();
            throw;
        }
        if (batch_.empty()) reader_.reset();
    }
    folder_entry found = std::move(batch_.back());
    batch_.pop_back();
    found.name.insert(0, at_.ends_with('/') ? at_ : at_ + '/');
    if (found.kind == entry_kind::folder) waiting_.push_back(found.name);
    return found;
}

}  // namespace grove
