// SPDX-License-Identifier: MIT
#pragma once

#include <string>

/// The folder that a run writes into, opened once: all files are made relative to its descriptor,
/// which spares the kernel the walk along the path for each of them.

namespace grove::cmd {

class output_folder {
 public:
    /// Opens `path`, making it and its parents where they are missing.
    /// Throws: `std::system_error` naming the folder.
    explicit output_folder(std::string path);
    output_folder(output_folder&& other) noexcept;
    output_folder& operator=(output_folder&& other) noexcept;
    ~output_folder();

    [[nodiscard]] int fd() const noexcept { return fd_; }

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// `name` as messages show it: `out/name`, or `name` in the current folder.
    [[nodiscard]] std::string display(const std::string& name) const;

    /// Makes the folders on the way to the relative `name`. Throws: `std::system_error`.
    void make_parents(const std::string& name);

    /// True when `name` is there: for `--skip-existing`. A `.part` does not count.
    /// Throws: `std::system_error` when it cannot be looked up.
    [[nodiscard]] bool contains(const std::string& name) const;

    /// True when `name` is a folder itself.
    [[nodiscard]] bool is_folder(const std::string& name) const;

    /// True when `name` is a device, a FIFO or a socket (`-o /dev/null`), which must be written to
    /// and never replaced. Throws: as `contains`.
    [[nodiscard]] bool is_special(const std::string& name) const;

 private:
    friend class part_file;

    /// What the file system and its content taught: how a finished anonymous file gets its name.
    enum class publishing : unsigned char { link_by_fd, link_by_proc, rename_part };

    int fd_ = -1;
    std::string path_;
    std::string made_;  // the last folder that make_parents saw exist
    publishing publishing_ = publishing::link_by_fd;
};

}  // namespace grove::cmd
