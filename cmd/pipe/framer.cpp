// SPDX-License-Identifier: MIT
#include "cmd/pipe/framer.hpp"

#include <grove/error.hpp>

#include <cerrno>
#include <cstring>

namespace grove::cmd {
namespace {

constexpr std::size_t read_size = std::size_t{64} << 10;

const char* find(const char* from, const char* to, char end) noexcept {
    return static_cast<const char*>(std::memchr(from, end, static_cast<std::size_t>(to - from)));
}

}  // namespace

counted_items count_whole_items(std::string_view bytes, std::size_t most, char end) noexcept {
    const char* at = bytes.data();
    const char* const to = at + bytes.size();
    std::size_t items = 0;
    for (; items < most && at < to; ++items) {
        const char* const found = find(at, to, end);
        if (found == nullptr) break;
        at = found + 1;
    }
    return {items, static_cast<std::size_t>(at - bytes.data())};
}

std::size_t count_items(std::string_view bytes, char end) noexcept {
    return count_whole_items(bytes, bytes.size(), end).items;
}

std::size_t length_of_items(std::string_view bytes, std::size_t items, char end) noexcept {
    const counted_items whole = count_whole_items(bytes, items, end);
    return whole.items == items ? whole.bytes : bytes.size();
}

std::string_view take_item(std::string_view& bytes, char end) noexcept {
    const std::size_t length = std::min(bytes.find(end), bytes.size());
    const std::string_view item = bytes.substr(0, length);
    bytes.remove_prefix(std::min(length + 1, bytes.size()));
    return item;
}

std::span<char> framer::room() {
    if (begin_ > 0 && begin_ == whole_) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        whole_ = 0;
        begin_ = 0;
    }
    if (buffer_.size() < end_ + read_size) buffer_.resize(end_ + read_size);
    return std::span(buffer_).subspan(end_);
}

void framer::add(std::size_t bytes) {
    const std::string_view come = std::string_view(buffer_).substr(end_, bytes);
    if (const void* last = ::memrchr(come.data(), options_.end, come.size()))
        whole_ = static_cast<std::size_t>(static_cast<const char*>(last) - buffer_.data()) + 1;
    end_ += bytes;
    if (end_ - whole_ > options_.longest_item) {
        throw_error(EMSGSIZE, "an item of more than " + std::to_string(options_.longest_item) +
                                  " bytes (-0 is for items that end in NUL)");
    }
}

std::optional<block> framer::take() {
    if (begin_ == whole_) return std::nullopt;
    const std::string_view whole = std::string_view(buffer_).substr(begin_, whole_ - begin_);
    const auto [items, length] = count_whole_items(whole, options_.most_items, options_.end);
    begin_ += length;
    taken_ += items;
    return block{.bytes = std::string(whole.substr(0, length)),
                 .items = items,
                 .through = taken_,
                 .exact = true};
}

std::optional<block> framer::rest() {
    if (whole_ == end_) return std::nullopt;
    block last{.bytes = buffer_.substr(whole_, end_ - whole_),
               .items = 1,
               .through = ++taken_,
               .exact = true};
    last.bytes += options_.end;
    begin_ = whole_ = end_;
    return last;
}

}  // namespace grove::cmd
