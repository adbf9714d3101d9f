// SPDX-License-Identifier: MIT
#include "io/file_core.hpp"

#include "core/hub_core.hpp"

#include <grove/error.hpp>

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace grove::detail {

/// One greenlet's read, however many pieces it takes.
class file_core::reading {
 public:
    explicit reading(file_core& file) : file_(file) {
        const greenlet_core& me = hub_core::of_thread().current();
        if (file.reader_ != nullptr) {
            throw_error(EALREADY, "read in " + hub_core::name_of(me) + ":",
                        hub_core::name_of(*file.reader_) + " already reads " + file.name());
        }
        file.reader_ = &me;
    }

    reading(const reading&) = delete;
    reading& operator=(const reading&) = delete;

    ~reading() { file_.reader_ = nullptr; }

 private:
    file_core& file_;
};

/// One greenlet's turn to write.
class file_core::writing {
 public:
    writing(file_core& file, deadline until) : turn_(file.turn_) {
        if (!turn_.lock(until)) throw_late("write", file.name());
    }

    writing(const writing&) = delete;
    writing& operator=(const writing&) = delete;

    ~writing() { turn_.unlock(); }

 private:
    mutex& turn_;
};

std::size_t file_core::take(std::span<char> into) noexcept {
    const std::size_t n = buffer_.copy(into.data(), into.size(), begin_);
    begin_ += n;
    if (begin_ == buffer_.size()) {
        buffer_.clear();
        begin_ = 0;
    }
    return n;
}

std::string file_core::take(std::size_t size) {
    std::string taken(size, '\0');
    take(std::span(taken));
    return taken;
}

std::size_t file_core::fill(std::size_t piece, deadline until) {
    buffer_.erase(0, std::exchange(begin_, 0));
    const std::size_t before = buffer_.size();
    std::size_t came = 0;
    buffer_.resize(before + piece);
    const on_exit drop_the_rest([&] { buffer_.resize(before + came); });
    came = backing_->read(std::as_writable_bytes(std::span(buffer_).subspan(before)), until);
    return came;
}

std::size_t file_core::read_some(std::span<std::byte> into, deadline until) {
    const reading turn(*this);
    if (into.empty()) return 0;
    if (ahead() == 0) return backing_->read(into, until);
    return take(std::span(reinterpret_cast<char*>(into.data()), into.size()));
}

void file_core::read_exactly(std::span<std::byte> into, deadline until) {
    const reading turn(*this);
    std::size_t came = take(std::span(reinterpret_cast<char*>(into.data()), into.size()));
    try {
        while (came < into.size()) {
            const std::size_t n = backing_->read(into.subspan(came), until);
            if (n == 0) throw_error(ENODATA, "read", name() + " ended early");
            came += n;
        }
    } catch (...) {
        // The buffer is empty, or nothing was read besides it.
        buffer_.insert(begin_, reinterpret_cast<const char*>(into.data()), came);
        throw;
    }
}

std::string file_core::read_line(deadline until, std::size_t longest) {
    const reading turn(*this);
    std::size_t searched = begin_;
    for (;;) {
        const std::size_t end = buffer_.find('\n', searched);
        const bool found = end != std::string::npos;
        const std::size_t length = (found ? end + 1 : buffer_.size()) - begin_;
        if (length > longest) throw_error(EMSGSIZE, "read_line", name());
        if (found) return take(length);
        if (fill(backing_->piece(), until) == 0) return take(length);
        searched = length;
    }
}

std::string file_core::read_all(std::size_t most, deadline until) {
    constexpr std::size_t largest_piece = std::size_t{1} << 20;
    const reading turn(*this);
    std::size_t piece = backing_->piece();
    while (fill(piece, until) != 0) {
        if (ahead() > most) throw_error(EFBIG, "read_all", name());
        piece = std::min(std::max(piece, ahead()), largest_piece);
    }
    return take(ahead());
}

void file_core::write(std::span<const std::byte> bytes, deadline until) {
    const writing turn(*this, until);
    if (!give_back_ahead()) throw_errno("lseek", name());
    backing_->write(bytes, until);
}

void file_core::write_at(std::uint64_t offset, std::span<const std::byte> bytes, deadline until) {
    const writing turn(*this, until);
    backing_->write_at(offset, bytes, until);
}

/// The position is again where the reader thinks it is. False with `errno`.
bool file_core::give_back_ahead() noexcept {
    if (ahead() == 0 || !backing_->has_position() || reader_ != nullptr) return true;
    if (::lseek(backing_->fd(), -static_cast<off_t>(ahead()), SEEK_CUR) < 0) return false;
    buffer_.clear();
    begin_ = 0;
    return true;
}

std::uint64_t file_core::seek(std::int64_t offset, seek_from from) {
    constexpr int whences[] = {SEEK_SET, SEEK_CUR, SEEK_END};
    const reading turn(*this);
    const bool here = from == seek_from::here;
    const off_t by =
        here && backing_->has_position() ? offset - static_cast<off_t>(ahead()) : offset;
    const off_t at = ::lseek(backing_->fd(), by, whences[static_cast<int>(from)]);
    if (at < 0) throw_errno("lseek", name());
    buffer_.clear();
    begin_ = 0;
    return static_cast<std::uint64_t>(at);
}

int file_core::close() noexcept {
    if (backing_->fd() < 0) return 0;
    static_cast<void>(give_back_ahead());
    return backing_->close();
}

}  // namespace grove::detail
