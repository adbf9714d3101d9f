// SPDX-License-Identifier: MIT
#include "io/disk_device.hpp"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <map>
#include <mutex>

namespace grove::detail {
namespace {

bool lies_in_memory(int fd) noexcept {
    struct statfs system {};

    if (::fstatfs(fd, &system) != 0) return false;
    switch (static_cast<unsigned long>(system.f_type)) {
        case PROC_SUPER_MAGIC:
        case SYSFS_MAGIC:
        case TMPFS_MAGIC:
        case RAMFS_MAGIC:
        case CGROUP_SUPER_MAGIC:
        case CGROUP2_SUPER_MAGIC:
            return true;
        default:
            return false;
    }
}

}  // namespace

disk_device& disk_device::of(int fd, const struct stat& about) {
    static std::mutex mutex;
    static std::map<dev_t, disk_device> known;  // guarded by mutex; entries stay where they are
    // A device node lies on one device and is another.
    const bool is_node = S_ISBLK(about.st_mode) || S_ISCHR(about.st_mode);
    const dev_t number = is_node ? about.st_rdev : about.st_dev;
    const std::lock_guard hold(mutex);
    const auto found = known.find(number);
    if (found != known.end()) return found->second;
    return known.try_emplace(number, !is_node && lies_in_memory(fd)).first->second;
}

}  // namespace grove::detail
