// SPDX-License-Identifier: MIT
#include "io/file_backing.hpp"

#include <grove/error.hpp>
#include <grove/file.hpp>
#include <grove/thread_pool.hpp>

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

namespace grove {
namespace detail {
namespace {

/// Where a symbolic link leads, if there is something; else the path as it is.
std::string end_of_links(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> found(::realpath(path.c_str(), nullptr),
                                                            &std::free);
    return found ? std::string(found.get()) : path;
}

std::string random_digits() {
    std::uint64_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != sizeof number) throw_errno("getrandom");
    std::array<char, 17> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(number));
    return digits.data();
}

void check(const call_result& told, const char* call, const std::string& path) {
    if (told.result < 0) throw_error(told.error, call, path);
}

/// The new content on its way, removed unless it became the file. Blocks the thread.
class replacement {
 public:
    /// Throws: as open(2).
    explicit replacement(const std::string& path) : path_(end_of_links(path)) {
        const std::size_t slash = path_.rfind('/');
        const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
        folder_ = name == 0 ? "." : path_.substr(0, name);
        constexpr mode_t for_all = 0666;  // the umask takes from it
        constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
        do {
            temporary_ = path_.substr(0, name) + "." + path_.substr(name) + "." + random_digits();
            fd_.reset(::open(temporary_.c_str(), flags, for_all));
        } while (!fd_ && (errno == EEXIST || errno == EINTR));
        if (!fd_) throw_errno("open", temporary_);
    }

    replacement(const replacement&) = delete;
    replacement& operator=(const replacement&) = delete;

    ~replacement() {
        if (!done_) ::unlink(temporary_.c_str());
    }

    void write(std::string_view bytes) {
        keep_permissions();
        while (!bytes.empty()) {
            const call_result told =
                tell_result([&] { return ::write(fd_.get(), bytes.data(), bytes.size()); });
            check(told, "write", temporary_);
            bytes.remove_prefix(static_cast<std::size_t>(told.result));
        }
        check(tell_result([&]() -> ssize_t { return ::fsync(fd_.get()); }), "fsync", temporary_);
        // Network file systems tell here, if not before.
        if (::close(fd_.release()) != 0) throw_errno("close", temporary_);
    }

    void become() {
        if (::rename(temporary_.c_str(), path_.c_str()) != 0)
            throw_errno("rename " + temporary_ + " to", path_);
        done_ = true;
        const unique_fd folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!folder) throw_errno("open", folder_);
        const call_result told = tell_result([&]() -> ssize_t { return ::fsync(folder.get()); });
        if (told.error != EINVAL) check(told, "fsync", folder_);  // a file system without it
    }

 private:
    void keep_permissions() const {
        constexpr mode_t permissions = 07777;

        struct stat former {};

        if (::stat(path_.c_str(), &former) != 0) return;
        if (!S_ISREG(former.st_mode)) throw_error(EINVAL, "not a regular file:", path_);
        const bool another = former.st_uid != ::geteuid() || former.st_gid != ::getegid();
        // Refused to who may not give files away: the content is what was asked for. Before the
        // permissions, for it takes set-user-ID away.
        if (another) static_cast<void>(!::fchown(fd_.get(), former.st_uid, former.st_gid));
        if (::fchmod(fd_.get(), former.st_mode & permissions) != 0)
            throw_errno("fchmod", temporary_);
    }

    std::string path_;
    std::string folder_;
    std::string temporary_;
    unique_fd fd_;
    bool done_ = false;
};

}  // namespace
}  // namespace detail

std::string read_file(const std::string& path, std::size_t most, deadline until) {
    return file(path, {}, until).read_all(most, until);
}

void write_file_atomically(const std::string& path, std::string_view bytes, deadline until) {
    const bool done = thread_pool::shared().run(
        [path, own = std::string(bytes)] {
            detail::replacement next(path);
            next.write(own);
            next.become();
        },
        until);
    if (!done) detail::throw_late("write_file_atomically", path);
}

}  // namespace grove
