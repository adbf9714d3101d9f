// SPDX-License-Identifier: MIT
#pragma once

#include <grove/endpoint.hpp>

#include <string>
#include <vector>

/// The files of Unix sockets that a server listens at: what a server that was killed has left is
/// taken over, and at the end nothing is left.

namespace grove::cmd {

class socket_files {
 public:
    socket_files() = default;
    socket_files(const socket_files&) = delete;
    socket_files& operator=(const socket_files&) = delete;
    /// Removes the files.
    ~socket_files();

    /// `door` will be listened at. Removes the socket that is there if nobody answers at it.
    void take(const grove::endpoint& door);

 private:
    std::vector<std::string> paths_;
};

}  // namespace grove::cmd
