// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What is in folders. Their scans run in `thread_pool::shared()`, a batch a job, so that neither
/// the hub nor the pool stands still for a folder of a million names.
///
///     for (const auto& entry : grove::list_folder("logs")) archive(entry.name);
///     grove::folder_walk tree("src");
///     while (auto found = tree.next()) count(found->name);
///
/// Errors: `std::system_error` whose text names the call and the folder; a deadline that passes is
/// `errc::timed_out`. Names are bytes, as the kernel has them.
/// Interrupted or late: the scan goes on without a listener; the reader is closed.
/// Threads: the hub's own.

namespace grove {

enum class entry_kind : std::uint8_t { file, folder, link, other };

struct folder_entry {
    std::string name;
    entry_kind kind = entry_kind::other;  ///< of a symbolic link: `link`, wherever it leads
};

namespace detail {
struct open_folder;
}

/// One folder, a batch at a time.
class GROVE_API folder_reader {
 public:
    /// Throws: `std::system_error` (ENOENT, ENOTDIR, EACCES).
    explicit folder_reader(const std::string& path, deadline until = never);
    folder_reader(folder_reader&&) noexcept;
    folder_reader& operator=(folder_reader&&) noexcept;
    ~folder_reader();

    /// Up to 1024 entries, without `.` and `..`, in no order. Result: empty at the end.
    /// What is made or removed meanwhile may or may not be told of.
    /// Throws, besides: EBADF after a call that was interrupted or late.
    [[nodiscard]] std::vector<folder_entry> read_some(deadline until = never);

 private:
    std::string path_;
    std::shared_ptr<detail::open_folder> folder_;
};

/// All of a folder, by name.
/// Throws, besides: `errc::value_too_large` (EOVERFLOW) for more than `most` entries.
[[nodiscard]] GROVE_API std::vector<folder_entry> list_folder(const std::string& path,
                                                              std::size_t most = 100'000,
                                                              deadline until = never);

/// A folder and all below it, one folder after the other. Symbolic links are told of and not
/// followed, so there are no circles. Holds one descriptor, and the names of the folders that it
/// still has to look into.
class GROVE_API folder_walk {
 public:
    explicit folder_walk(std::string root) { waiting_.push_back(std::move(root)); }

    /// The next entry, its name with the path that leads to it from the root. Result: nothing at
    /// the end. Throws: as `folder_reader`; a folder that could not be read is left out when the
    /// walk goes on.
    [[nodiscard]] std::optional<folder_entry> next(deadline until = never);

 private:
    std::vector<std::string> waiting_;  // folders that are still to be read
    std::string at_;
    std::optional<folder_reader> reader_;
    std::vector<folder_entry> batch_;  // the last one comes next
};

}  // namespace grove
