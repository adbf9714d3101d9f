// SPDX-License-Identifier: MIT
#include "cmd/common/socket_files.hpp"

#include <grove/socket.hpp>

#include <chrono>
#include <filesystem>
#include <system_error>

namespace grove::cmd {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

}  // namespace

socket_files::~socket_files() {
    std::error_code ignored;
    for (const std::string& path : paths_) {
        if (fs::is_socket(path, ignored)) fs::remove(path, ignored);
    }
}

void socket_files::take(const grove::endpoint& door) {
    std::error_code ignored;
    const std::string& path = door.path();
    if (path.empty() || path.front() == '\0') return;
    if (fs::is_socket(path, ignored)) {
        std::error_code error;
        static_cast<void>(socket::connect(door, 1s, error));
        if (error != std::errc::connection_refused) return;  // somebody's: listening will say so
        fs::remove(path, ignored);
    }
    paths_.push_back(path);
}

}  // namespace grove::cmd
