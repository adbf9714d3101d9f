// SPDX-License-Identifier: MIT
#include "cmd/bench/report/histogram_text.hpp"

#include "cmd/common/base64.hpp"

#include <zlib.h>

#include <cstdint>
#include <new>

namespace grove::cmd {
namespace {

// In network order before the compressed bytes: a cookie and their number. The lowest digit but one
// of the cookie says how counts are written inside, and no reader asks.
constexpr std::uint32_t cookie = 0x1c849314;
constexpr std::uint32_t cookie_mask = ~std::uint32_t{0xf0};
constexpr std::size_t head_size = 8;
// Of what is compressed: three times what ours can be at most.
constexpr std::size_t most_bytes = 1 << 20;

void put(std::string& into, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) into += static_cast<char>(value >> shift & 0xff);
}

std::uint32_t number_at(std::string_view bytes, std::size_t at) noexcept {
    std::uint32_t value = 0;
    for (const char byte : bytes.substr(at, 4))
        value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

std::string deflated(const std::string& bytes) {
    std::string made(::compressBound(bytes.size()), '\0');
    uLongf size = made.size();
    // The bytes are ours and the room is enough: what is left to fail is memory.
    if (::compress2(reinterpret_cast<Bytef*>(made.data()), &size,
                    reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(),
                    Z_BEST_COMPRESSION) != Z_OK)
        throw std::bad_alloc();
    made.resize(size);
    return made;
}

std::optional<std::string> inflated(std::string_view bytes) {
    std::string made(most_bytes, '\0');
    uLongf size = made.size();
    if (::uncompress(reinterpret_cast<Bytef*>(made.data()), &size,
                     reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()) != Z_OK)
        return std::nullopt;
    made.resize(size);
    return made;
}

}  // namespace

std::string to_text(const histogram& of) {
    const std::string inside = deflated(of.encode());
    std::string bytes;
    put(bytes, cookie);
    put(bytes, static_cast<std::uint32_t>(inside.size()));
    return base64(bytes + inside);
}

std::optional<histogram> histogram_of(std::string_view text) {
    const auto bytes = from_base64(text);
    if (!bytes || bytes->size() < head_size) return std::nullopt;
    if ((number_at(*bytes, 0) & cookie_mask) != (cookie & cookie_mask)) return std::nullopt;
    if (number_at(*bytes, 4) != bytes->size() - head_size) return std::nullopt;
    const auto inside = inflated(std::string_view(*bytes).substr(head_size));
    return inside ? histogram::decode(*inside) : std::nullopt;
}

}  // namespace grove::cmd
