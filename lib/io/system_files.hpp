// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/ip_address.hpp>

#include <ctime>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// The two files that a resolver lives by, read once and again when they change. They are looked at
/// (stat) at most once a second.

namespace grove::dns {

/// Notices that a file is another one than last time.
class file_watch {
 public:
    explicit file_watch(std::string path) : path_(std::move(path)) {}

    /// True when it must be read (again). Also true the first time.
    [[nodiscard]] bool changed(deadline now);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
    std::string path_;
    deadline next_look_ = deadline::at(duration::min() / 4);
    timespec modified_{-1, 0};
    std::uint64_t inode_ = 0;
    std::int64_t size_ = -1;
};

/// /etc/hosts: hosts(5). Names without their case; the first 1 MiB counts.
class hosts_file {
 public:
    explicit hosts_file(std::string path) : file_(std::move(path)) {}

    /// Null when the name is not there. `name` in lower case, without a final dot.
    [[nodiscard]] const std::vector<ip_address>* find(const std::string& name, deadline now);

 private:
    void read();

    file_watch file_;
    std::unordered_map<std::string, std::vector<ip_address>> names_;
};

/// The `nameserver` lines of /etc/resolv.conf: resolv.conf(5).
class resolv_conf {
 public:
    explicit resolv_conf(std::string path) : file_(std::move(path)) {}

    /// True when the list may have changed since the last call.
    [[nodiscard]] bool refresh(deadline now);

    /// 127.0.0.1 when the file names none, as the C library does.
    [[nodiscard]] const std::vector<std::string>& servers() const noexcept { return servers_; }

 private:
    file_watch file_;
    std::vector<std::string> servers_;
};

}  // namespace grove::dns
