// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/block.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Finds the ends of items in a stream of bytes, memchr(3) by memchr. All whole items that have
/// come are handed on at once, as blocks: no item waits for the next one, and a fast stream is cut
/// into few large blocks.
///
///     while (const std::size_t n = input.read_some(frames.room())) {
///         frames.add(n);
///         while (auto whole = frames.take()) next.put(std::move(*whole));
///     }
///     if (auto last = frames.rest()) next.put(std::move(*last));

namespace grove::cmd {

/// How many ends of items are in `bytes`.
[[nodiscard]] std::size_t count_items(std::string_view bytes, char end) noexcept;

/// How many bytes the first `items` items take, with their ends; all of `bytes` when there are
/// fewer.
[[nodiscard]] std::size_t length_of_items(std::string_view bytes, std::size_t items,
                                          char end) noexcept;

struct counted_items {
    std::size_t items = 0;
    std::size_t bytes = 0;  ///< with their ends
};

/// The first items of `bytes` that have an end, at most `most`.
[[nodiscard]] counted_items count_whole_items(std::string_view bytes, std::size_t most,
                                              char end) noexcept;

/// Takes the first item off `bytes`. Result: it, without its end.
[[nodiscard]] std::string_view take_item(std::string_view& bytes, char end) noexcept;

struct framer_options {
    char end = '\n';
    std::size_t most_items = 4096;                     ///< of a block
    std::size_t longest_item = std::size_t{16} << 20;  ///< bytes, without its end
};

class framer {
 public:
    explicit framer(framer_options options) : options_(options) {}

    /// Where to read to, at least 64 KiB; valid until the next call.
    [[nodiscard]] std::span<char> room();

    /// So many bytes have been read to `room()`.
    /// Throws: `std::system_error` (EMSGSIZE) for an item above `longest_item`.
    void add(std::size_t bytes);

    /// The next whole items. Result: nothing when there are none. `through` counts all that were
    /// taken so far.
    [[nodiscard]] std::optional<block> take();

    /// At the end of the stream: the last item, which nobody has ended, with an end.
    [[nodiscard]] std::optional<block> rest();

 private:
    framer_options options_;
    std::string buffer_;
    std::size_t begin_ = 0;  // of what was not taken
    std::size_t whole_ = 0;  // the end of the last whole item
    std::size_t end_ = 0;    // of what was read
    std::uint64_t taken_ = 0;
};

}  // namespace grove::cmd
