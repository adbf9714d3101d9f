// SPDX-License-Identifier: MIT
#include "io/disk_device.hpp"

#include "base/unique_fd.hpp"
#include "tests/unit/io/files.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>

#include <string>

namespace {

using namespace std::chrono_literals;
using grove::detail::disk_device;
using grove::detail::unique_fd;

disk_device& device_of(const std::string& path) {
    const unique_fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));

    struct stat about {};

    EXPECT_EQ(::fstat(fd.get(), &about), 0) << path;
    return disk_device::of(fd.get(), about);
}

TEST(disk_device, takes_a_mebibyte_in_place_and_no_more) {
    const disk_device device(false);
    EXPECT_TRUE(device.writes_in_place(std::size_t{1} << 20));
    EXPECT_FALSE(device.writes_in_place((std::size_t{1} << 20) + 1));
}

TEST(disk_device, that_once_took_too_long_takes_nothing_in_place_any_more) {
    disk_device device(false);
    device.took(5ms);
    EXPECT_TRUE(device.writes_in_place(1));
    device.took(6ms);
    device.took(1us);
    EXPECT_FALSE(device.writes_in_place(1));
}

TEST(disk_device, is_one_for_all_files_that_lie_on_it) {
    const grove_test::scratch_folder folder;
    EXPECT_EQ(&device_of(folder.with("a", "")), &device_of(folder.with("b", "")));
    EXPECT_NE(&device_of(folder / "a"), &device_of("/proc/self/status"));
    EXPECT_NE(&device_of("/dev/null"), &device_of("/dev/zero"));
}

TEST(disk_device, of_what_the_kernel_makes_up_lies_in_memory) {
    EXPECT_TRUE(device_of("/proc/self/status").in_memory());
    EXPECT_FALSE(device_of("/dev/zero").in_memory());
}

}  // namespace
