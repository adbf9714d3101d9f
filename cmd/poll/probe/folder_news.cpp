// SPDX-License-Identifier: MIT
#include "cmd/poll/probe/folder_news.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::uint32_t all_news = IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                                   IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF |
                                   IN_MOVE_SELF | IN_ONLYDIR;

}  // namespace

folder_news::~folder_news() {
    arrivals_ = watch();
    if (fd_ >= 0) ::close(fd_);
}

void folder_news::begin(const std::string& path, std::function<void()> tell) {
    const std::size_t slash = path.rfind('/');
    name_ = path.substr(slash + 1);
    folder_ = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    tell_ = std::move(tell);
    fd_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd_ < 0) return;
    arrivals_ = hub::current().watch_fd(
        fd_, readiness::read, [this](readiness) { read(); }, keep_alive::no);
    renew();
}

void folder_news::renew() noexcept {
    if (fd_ >= 0 && watch_ < 0) watch_ = ::inotify_add_watch(fd_, folder_.c_str(), all_news);
}

void folder_news::read() {
    alignas(inotify_event) std::array<char, 4096> room{};
    bool mine = false;
    // What does not fit makes the descriptor ready again: a folder written to without an end must
    // not hold the hub up.
    const ssize_t size = ::read(fd_, room.data(), room.size());
    for (std::size_t at = 0; static_cast<ssize_t>(at) < size;) {
        inotify_event seen{};
        std::memcpy(&seen, room.data() + at, sizeof seen);
        const char* const name = room.data() + at + sizeof seen;
        const bool lost = (seen.mask & (IN_IGNORED | IN_MOVE_SELF)) != 0;
        if (lost) {
            if ((seen.mask & IN_MOVE_SELF) != 0) ::inotify_rm_watch(fd_, watch_);
            watch_ = -1;
        }
        mine = mine || lost || (seen.mask & IN_Q_OVERFLOW) != 0 || (seen.len > 0 && name_ == name);
        at += sizeof seen + seen.len;
    }
    if (mine) tell_();
}

}  // namespace grove::cmd
