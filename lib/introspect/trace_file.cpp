// SPDX-License-Identifier: MIT
#include "introspect/trace_file.hpp"

#include "introspect/json_text.hpp"

#include <grove/error.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace grove::detail {
namespace {

constexpr std::size_t page = 4096;
constexpr std::string_view closing = "\n]}\n";
constexpr std::string_view before_lost = R"({"displayTimeUnit":"ns","otherData":{"lost_events":)";
constexpr std::size_t width_of_lost = 20;

/// What the file begins with: a page, so that what follows can be mapped. The first event, which
/// has no comma before it, names the process.
std::string head_of_file() {
    std::string head = fmt::format("{}{:>{}}", before_lost, 0, width_of_lost);
    head += R"(},"traceEvents":[)";
    head += fmt::format(R"({{"ph":"M","pid":{},"name":"trace_of_grove"}})", ::getpid());
    head.resize(page, ' ');
    return head;
}

}  // namespace

trace_file::trace_file(const std::string& path)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)), path_(path) {
    if (!file_) throw_errno("open", path_);
    // Not in the place of a standard stream that is closed.
    if (file_.get() <= STDERR_FILENO)
        file_.reset(::fcntl(file_.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!file_) throw_errno("fcntl", path_);
    struct stat what = {};
    if (::fstat(file_.get(), &what) != 0) throw_errno("fstat", path_);
    if (!S_ISREG(what.st_mode)) throw_error(EINVAL, "a trace needs a regular file", path_);
    if (!grow(head_of_file())) throw_errno("pwrite", path_);
    head_ = map(0, page);
    if (head_ == nullptr) throw_errno("mmap", path_);
}

trace_file::~trace_file() {
    ::munmap(head_, page);
    for (char* block : blocks_) ::munmap(block, block_size);
}

char* trace_file::add_block() {
    const std::lock_guard hold(mutex_);
    const std::size_t at = size_;
    if (!grow(std::string(block_size, ' '))) return nullptr;
    char* const block = map(at, block_size);
    if (block != nullptr) blocks_.push_back(block);
    return block;
}

void trace_file::count_lost(std::uint64_t events) noexcept {
    const std::lock_guard hold(mutex_);
    lost_ += events;
    const fmt::format_int digits(lost_);
    std::memcpy(head_ + before_lost.size() + width_of_lost - digits.size(), digits.data(),
                digits.size());
}

std::uint64_t trace_file::lost() const noexcept {
    const std::lock_guard hold(mutex_);
    return lost_;
}

char* trace_file::map(std::size_t offset, std::size_t size) {
    void* const mapped = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, file_.get(),
                                static_cast<off_t>(offset));
    return mapped == MAP_FAILED ? nullptr : static_cast<char*>(mapped);
}

/// The old closing brackets become blanks and the new ones come, in one call. Written and not
/// reserved by ftruncate: a disk that is full is told here, and not by SIGBUS later.
bool trace_file::grow(std::string_view with) {
    std::string text(with);
    text += closing;
    if (write_all(text)) {
        size_ += with.size();
        return true;
    }
    const int error = errno;
    // As it was; the bytes were there before, so there is room for them.
    [[maybe_unused]] const bool closed = write_all(closing);
    [[maybe_unused]] const int cut =
        ::ftruncate(file_.get(), static_cast<off_t>(size_ + closing.size()));
    errno = error;
    return false;
}

/// At the end, over the closing brackets.
bool trace_file::write_all(std::string_view text) const noexcept {
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t n = ::pwrite(file_.get(), text.data() + done, text.size() - done,
                                   static_cast<off_t>(size_ + done));
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        done += static_cast<std::size_t>(n);
    }
    return true;
}

}  // namespace grove::detail
