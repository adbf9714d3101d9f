// SPDX-License-Identifier: MIT
#include "io/fd_transfer.hpp"

#include <grove/error.hpp>
#include <grove/pipe.hpp>

#include <unistd.h>

#include <array>
#include <cerrno>

namespace grove {

using detail::direction;
using detail::fd_wait;
using detail::try_or_wait;
using detail::write_quietly;

pipe_reader::pipe_reader() noexcept = default;

pipe_reader::pipe_reader(int fd) : wait_(std::make_unique<fd_wait>(fd)) {}

pipe_reader::pipe_reader(pipe_reader&&) noexcept = default;
pipe_reader& pipe_reader::operator=(pipe_reader&&) noexcept = default;
pipe_reader::~pipe_reader() = default;

std::size_t pipe_reader::read_new(std::span<char> into, deadline until) {
    return try_or_wait(*wait_, direction::read, into.size(), until, "read", {},
                       [&] { return ::read(wait_->fd(), into.data(), into.size()); });
}

std::size_t pipe_reader::take_buffered(std::span<char> into) {
    const std::size_t n = buffer_.copy(into.data(), into.size(), begin_);
    begin_ += n;
    if (begin_ == buffer_.size()) {
        buffer_.clear();
        begin_ = 0;
    }
    return n;
}

std::size_t pipe_reader::read_some(std::span<char> into, deadline until) {
    if (into.empty()) return 0;
    return buffer_.empty() ? read_new(into, until) : take_buffered(into);
}

std::string pipe_reader::read_line(deadline until, std::size_t longest) {
    std::size_t searched = begin_;
    for (;;) {
        const std::size_t end = buffer_.find('\n', searched);
        const std::size_t length = (end == std::string::npos ? buffer_.size() : end + 1) - begin_;
        if (length > longest) throw_error(EMSGSIZE, "read_line");
        const auto take = [&] {
            std::string line(length, '\0');
            take_buffered(line);
            return line;
        };
        if (end != std::string::npos) return take();
        std::array<char, 4096> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init)
        const std::size_t n = read_new(piece, until);
        if (n == 0) return take();
        buffer_.erase(0, begin_);  // lines already taken
        begin_ = 0;
        searched = buffer_.size();
        buffer_.append(piece.data(), n);
    }
}

void pipe_reader::close() noexcept {
    if (wait_) wait_->close();
}

bool pipe_reader::is_open() const noexcept {
    return fd() >= 0;
}

int pipe_reader::fd() const noexcept {
    return wait_ ? wait_->fd() : -1;
}

pipe_writer::pipe_writer() noexcept = default;

pipe_writer::pipe_writer(int fd) : wait_(std::make_unique<fd_wait>(fd)) {}

pipe_writer::pipe_writer(pipe_writer&&) noexcept = default;
pipe_writer& pipe_writer::operator=(pipe_writer&&) noexcept = default;
pipe_writer::~pipe_writer() = default;

std::size_t pipe_writer::write_some(std::string_view bytes, deadline until) {
    if (bytes.empty()) return 0;
    return try_or_wait(*wait_, direction::write, bytes.size(), until, "write", {},
                       [&] { return write_quietly(wait_->fd(), bytes.data(), bytes.size()); });
}

void pipe_writer::write_all(std::string_view bytes, deadline until) {
    while (!bytes.empty()) bytes.remove_prefix(write_some(bytes, until));
}

void pipe_writer::close() noexcept {
    if (wait_) wait_->close();
}

bool pipe_writer::is_open() const noexcept {
    return fd() >= 0;
}

int pipe_writer::fd() const noexcept {
    return wait_ ? wait_->fd() : -1;
}

}  // namespace grove
