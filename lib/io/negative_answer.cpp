// SPDX-License-Identifier: MIT
#include "io/negative_answer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

// c-ares 1.18 reads SOA records of the answer section only.

namespace grove::dns {
namespace {

constexpr unsigned soa_type = 6;
constexpr std::size_t least_soa = 2 + 5 * 4;  // two names of one byte, five numbers
constexpr unsigned compressed = 0xc0;

/// Reads a message from its beginning; once something is missing, all that follows is zero.
class message_reader {
 public:
    explicit message_reader(std::span<const unsigned char> bytes) noexcept : left_(bytes) {}

    [[nodiscard]] bool good() const noexcept { return good_; }

    std::span<const unsigned char> take(std::size_t count) noexcept {
        if (count > left_.size()) {
            good_ = false;
            left_ = {};
            return {};
        }
        const auto taken = left_.first(count);
        left_ = left_.subspan(count);
        return taken;
    }

    std::uint32_t number(std::size_t bytes) noexcept {
        std::uint32_t value = 0;
        for (const unsigned char b : take(bytes)) value = value << 8 | b;
        return value;
    }

    /// Labels up to the root's, or to a pointer (RFC 1035 section 4.1.4).
    void skip_name() noexcept {
        for (;;) {
            const std::uint32_t length = number(1);
            if (!good_ || length == 0) return;
            if (length >= compressed) {
                take(1);
                return;
            }
            take(length);
        }
    }

 private:
    std::span<const unsigned char> left_;
    bool good_ = true;
};

struct record_seen {
    unsigned type = 0;
    std::uint32_t ttl = 0;
    std::span<const unsigned char> data;
};

record_seen next_record(message_reader& from) noexcept {
    from.skip_name();
    record_seen seen;
    seen.type = from.number(2);
    from.take(2);  // class
    seen.ttl = from.number(4);
    seen.data = from.take(from.number(2));
    return seen;
}

}  // namespace

std::optional<duration> negative_ttl(std::span<const unsigned char> message) noexcept {
    message_reader in(message);
    in.take(4);  // id, flags
    const std::uint32_t questions = in.number(2);
    const std::uint32_t answers = in.number(2);
    const std::uint32_t authorities = in.number(2);
    in.take(2);  // additional records
    for (std::uint32_t i = 0; i < questions && in.good(); ++i) {
        in.skip_name();
        in.take(4);
    }
    for (std::uint32_t i = 0; i < answers && in.good(); ++i) next_record(in);
    for (std::uint32_t i = 0; i < authorities && in.good(); ++i) {
        const record_seen one = next_record(in);
        if (!in.good() || one.type != soa_type || one.data.size() < least_soa) continue;
        message_reader minimum(one.data.last(4));
        return std::chrono::seconds(std::min(one.ttl, minimum.number(4)));
    }
    return std::nullopt;
}

}  // namespace grove::dns
