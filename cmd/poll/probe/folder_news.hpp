// SPDX-License-Identifier: MIT
#pragma once

#include <grove/hub.hpp>

#include <functional>
#include <string>

namespace grove::cmd {

/// Tells when something happens to a file, by watching its folder (inotify): the file may come and
/// go. Where the kernel has no watch left, or the folder is not there, `watches` is false.
/// Threads: the hub's own.
class folder_news {
 public:
    folder_news() = default;
    folder_news(const folder_news&) = delete;
    folder_news& operator=(const folder_news&) = delete;
    ~folder_news();

    /// `tell` is called on the hub, must not park, and must outlive this.
    void begin(const std::string& path, std::function<void()> tell);

    /// Watches the folder if it has come (again) since.
    void renew() noexcept;

    [[nodiscard]] bool watches() const noexcept { return watch_ >= 0; }

 private:
    void read();

    std::string folder_;
    std::string name_;
    std::function<void()> tell_;
    int fd_ = -1;
    int watch_ = -1;
    watch arrivals_;
};

}  // namespace grove::cmd
