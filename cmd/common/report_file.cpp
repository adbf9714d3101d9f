// SPDX-License-Identifier: MIT
#include "cmd/common/report_file.hpp"

#include "cmd/common/descriptors.hpp"
#include "cmd/common/output.hpp"

#include <grove/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <system_error>

namespace grove::cmd {
namespace {

// What `output` writes.
constexpr int data_stream = 1;
constexpr int talk_stream = 2;

/// Where a symbolic link leads, as `write_file_atomically` goes.
std::string end_of_links(const std::string& path) {
    std::array<char, PATH_MAX> found{};
    return ::realpath(path.c_str(), found.data()) == nullptr ? path : found.data();
}

[[noreturn]] void refuse(int error, const std::string& option, const std::string& path) {
    throw std::system_error(error, std::generic_category(), option + " " + path);
}

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

/// `/proc/self/fd` and its other names are one folder.
bool is_folder_of_descriptors(const std::string& folder) {
    const std::string real = end_of_links(folder);
    return real == end_of_links("/proc/self/fd") || real == end_of_links("/proc/thread-self/fd");
}

std::optional<int> number_in(std::string_view name) {
    int number = 0;
    const char* const end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data(), end, number);
    if (name.empty() || error != std::errc() || stop != end || number < 0) return std::nullopt;
    return number;
}

/// The next place on the way that a symbolic link shows; nothing where `path` is none.
std::optional<std::string> next_of_links(const std::string& path) {
    std::array<char, PATH_MAX> target{};
    const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
    if (size <= 0) return std::nullopt;
    const std::string_view there(target.data(), static_cast<std::size_t>(size));
    return there.starts_with('/') ? std::string(there) : folder_of(path).append("/").append(there);
}

/// One that we were started with, not one of the hub's: those are closed on exec.
bool can_be_written(int fd) noexcept {
    const int flags = ::fcntl(fd, F_GETFL);
    const int manner = ::fcntl(fd, F_GETFD);
    return flags != -1 && (flags & O_ACCMODE) != O_RDONLY && (manner & FD_CLOEXEC) == 0;
}

/// Where it stands: others may hold the same description, so that neither its place nor its flags
/// are ours.
void write_here(int fd, std::string_view bytes) {
    // A pipe that poll(2) calls writable takes this much without blocking (pipe(7): PIPE_BUF).
    constexpr std::size_t safe_piece = 4096;
    while (!bytes.empty()) {
        wait_writable(fd);
        const ssize_t n = ::write(fd, bytes.data(), std::min(bytes.size(), safe_piece));
        if (n >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(n));
        else if (errno != EINTR && errno != EAGAIN)
            throw_errno("write", "descriptor " + std::to_string(fd));
    }
}

}  // namespace

std::optional<int> own_descriptor(const std::string& path) {
    constexpr int longest_way = 40;  // symbolic links, as the kernel follows them
    std::string at = path;
    for (int i = 0; i < longest_way; ++i) {
        const auto number = number_in(std::string_view(at).substr(at.rfind('/') + 1));
        if (number && is_folder_of_descriptors(folder_of(at))) return number;
        const auto next = next_of_links(at);
        if (!next) return std::nullopt;
        at = *next;
    }
    return std::nullopt;
}

bool names_stdout(const std::string& path) {
    return path == "-" || own_descriptor(path) == data_stream;
}

bool is_written_through(const std::string& path) {
    if (path == "-" || own_descriptor(path)) return true;

    struct stat there {};

    return ::stat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode);
}

void check_report_file(const std::string& option, const std::string& path) {
    if (path == "-") return;
    if (const auto fd = own_descriptor(path)) {
        if (!can_be_written(*fd)) refuse(EBADF, option, path);
        return;
    }
    if (is_written_through(path)) {
        if (::access(path.c_str(), W_OK) != 0) refuse(errno, option, path);
        return;
    }
    const std::string end = end_of_links(path);

    struct stat there {};

    if (::stat(end.c_str(), &there) == 0 && S_ISDIR(there.st_mode)) refuse(EISDIR, option, path);
    if (end.empty() || end.back() == '/') refuse(EISDIR, option, path);
    std::string probe = folder_of(end) + "/.grove.XXXXXX";
    const int made = ::mkostemp(probe.data(), O_CLOEXEC);
    if (made < 0) refuse(errno, option, path);
    ::close(made);
    ::unlink(probe.c_str());
}

void write_report(const std::string& path, std::string_view text, output& out) {
    if (!is_written_through(path)) return write_file_atomically(path, text);
    log_file to(path, out, log_start::kept);
    to.write(text);
    to.close();
}

log_file::log_file(const std::string& path, output& out, log_start start)
    : out_(&out), descriptor_(path == "-" ? std::optional(data_stream) : own_descriptor(path)) {
    if (descriptor_) {
        if (!can_be_written(*descriptor_)) throw_error(EBADF, "open", path);
        return;
    }
    const bool is_regular = !is_written_through(path);
    file_ = file(path, {.read = false, .append = true, .create = is_regular});
    if (is_regular && start == log_start::anew) file_.truncate(0);
}

bool log_file::is_empty() const {
    return !file_.is_open() || file_.size() == 0;
}

void log_file::write(std::string_view lines) {
    if (!descriptor_)
        file_.write_all(lines);
    else if (*descriptor_ == data_stream)
        out_->write(lines);
    else if (*descriptor_ == talk_stream)
        out_->print_talk(lines);
    else
        write_here(*descriptor_, lines);
}

void log_file::sync() {
    if (file_.is_open() && !is_written_through(std::string(file_.name())))
        file_.sync(file_sync::data);
}

void log_file::close() {
    out_ = nullptr;
    file_.close();
}

}  // namespace grove::cmd
