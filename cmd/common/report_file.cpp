// SPDX-License-Identifier: MIT
#include "cmd/common/report_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <system_error>

namespace grove::cmd {
namespace {

/// Where a symbolic link leads, as `write_file_atomically` goes.
std::string end_of_links(const std::string& path) {
    std::array<char, PATH_MAX> found{};
    return ::realpath(path.c_str(), found.data()) == nullptr ? path : found.data();
}

[[noreturn]] void refuse(int error, const std::string& option, const std::string& path) {
    throw std::system_error(error, std::generic_category(), option + " " + path);
}

}  // namespace

void check_report_file(const std::string& option, const std::string& path) {
    const std::string end = end_of_links(path);

    struct stat there {};

    if (::stat(end.c_str(), &there) == 0 && !S_ISREG(there.st_mode))
        refuse(S_ISDIR(there.st_mode) ? EISDIR : EINVAL, option, path);
    const std::size_t slash = end.rfind('/');
    if (end.empty() || slash + 1 == end.size()) refuse(EISDIR, option, path);
    const std::string folder = slash == std::string::npos ? "." : end.substr(0, slash + 1);
    std::string probe = folder + "/.grove.XXXXXX";
    const int made = ::mkostemp(probe.data(), O_CLOEXEC);
    if (made < 0) refuse(errno, option, path);
    ::close(made);
    ::unlink(probe.c_str());
}

}  // namespace grove::cmd
