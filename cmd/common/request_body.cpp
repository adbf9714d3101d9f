// SPDX-License-Identifier: MIT
// The bytes behind -d and its kin.
#include "cmd/common/http_options.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace grove::cmd {

namespace {

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

class input_file {
 public:
    explicit input_file(const std::string& name) : name_(name == "-" ? "stdin" : name) {
        if (name == "-") return;
        fd_ = ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd_ < 0) fail(errno, "open " + name_);
    }

    input_file(const input_file&) = delete;
    input_file& operator=(const input_file&) = delete;

    ~input_file() {
        if (fd_ > 0) ::close(fd_);
    }

    [[nodiscard]] std::string read_all(std::size_t limit) const {
        std::string bytes;
        std::array<char, std::size_t{64} * 1024> chunk;
        for (;;) {
            const ssize_t got = ::read(fd_, chunk.data(), chunk.size());
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) fail(errno, "read " + name_);
            if (got == 0) return bytes;
            bytes.append(chunk.data(), static_cast<std::size_t>(got));
            if (bytes.size() > limit) fail(EFBIG, "read " + name_);
        }
    }

 private:
    std::string name_;
    int fd_ = 0;
};

std::string load(const data_piece& piece, std::size_t limit) {
    if (piece.as == data_piece::form::literally || !piece.argument.starts_with('@')) {
        return piece.argument;
    }
    std::string bytes = input_file(piece.argument.substr(1)).read_all(limit);
    if (piece.as == data_piece::form::text) {
        std::erase_if(bytes, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
    }
    return bytes;
}

}  // namespace

std::string load_body(const http_options& options, std::size_t limit) {
    std::string body;
    bool first = true;
    for (const data_piece& piece : options.data) {
        if (!first) body += '&';
        first = false;
        body += load(piece, limit - std::min(limit, body.size()));
    }
    if (body.size() > limit) fail(EFBIG, "request body");
    return body;
}

}  // namespace grove::cmd
