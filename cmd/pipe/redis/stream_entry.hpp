// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/redis/redis_reply.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Entries of a Redis stream, and what the server says about them.
///
/// The item is the field `item`, else the only field; of an entry with several fields, and of one
/// with a line feed in it, all fields as a JSON object.

namespace grove::cmd {

/// An entry as the server tells it.
struct stream_entry {
    std::string id;
    bool is_gone = false;                  ///< it was trimmed away and only its number is left
    std::vector<std::string> fields = {};  ///< names and values by turns
};

/// Of a reply to XREADGROUP, or its part of XAUTOCLAIM. Throws: `stage_failed` for another shape.
[[nodiscard]] std::vector<stream_entry> entries_of(const redis_reply& reply);

/// The item of an entry, without its end.
[[nodiscard]] std::string item_of(const stream_entry& entry, char item_end);

/// A pending entry, and how often it was delivered.
struct past_delivery {
    std::string id;
    std::string consumer;
    std::uint64_t times = 0;
};

/// Of a reply to XPENDING for a range. Throws: `stage_failed` for another shape.
[[nodiscard]] std::vector<past_delivery> deliveries_in(const redis_reply& reply);

/// How many of the first may be delivered again together, of `most` deliveries: the fewer are left,
/// the fewer, so that one that ends its consumer is alone before the others have used up theirs.
/// Result: one at least, unless there is none.
[[nodiscard]] std::size_t deliver_together(const std::vector<past_delivery>& past, unsigned most);

/// `1526919030474-55`. What is none is 0-0.
struct stream_id {
    std::uint64_t milliseconds = 0;
    std::uint64_t sequence = 0;

    [[nodiscard]] static stream_id of(std::string_view text) noexcept;
    friend auto operator<=>(const stream_id&, const stream_id&) = default;
};

}  // namespace grove::cmd
