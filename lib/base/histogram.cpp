// SPDX-License-Identifier: MIT
#include <grove/histogram.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace grove {
namespace {

// The head of the V2 encoding, in network order: cookie, length of what follows the head,
// normalizing offset, digits, lowest, highest, and a ratio that nobody uses.
constexpr std::uint32_t cookie = 0x1c849303;
constexpr std::uint32_t cookie_mask = ~std::uint32_t{0xf0};
constexpr std::size_t head_size = 40;

constexpr std::uint64_t power_of_ten(unsigned n) noexcept {
    return n == 0 ? 1 : 10 * power_of_ten(n - 1);
}

template <class Whole>
void put(std::string& into, Whole value) {
    for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8)
        into += static_cast<char>(value >> shift & 0xff);
}

template <class Whole>
Whole take(std::string_view& from) noexcept {
    Whole value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i)
        value = static_cast<Whole>(value << 8 | static_cast<unsigned char>(from[i]));
    from.remove_prefix(sizeof value);
    return value;
}

/// Seven bits a byte, the low ones first; a ninth byte has eight.
void put_leb128(std::string& into, std::int64_t value) {
    auto bits = static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
    for (int i = 0; i < 8 && bits >= 0x80; ++i, bits >>= 7) into += static_cast<char>(bits | 0x80);
    into += static_cast<char>(bits);
}

std::optional<std::int64_t> take_leb128(std::string_view& from) noexcept {
    std::uint64_t bits = 0;
    for (unsigned i = 0; i < 9; ++i) {
        if (from.empty()) return std::nullopt;
        const auto byte = static_cast<std::uint64_t>(static_cast<unsigned char>(from.front()));
        from.remove_prefix(1);
        bits |= (i == 8 ? byte : byte & 0x7f) << 7 * i;
        if (i < 8 && (byte & 0x80) == 0) break;
    }
    return static_cast<std::int64_t>(bits >> 1) ^ -static_cast<std::int64_t>(bits & 1);
}

/// The cells in half a bucket, as a power of two.
unsigned half_bits(unsigned digits) noexcept {
    return static_cast<unsigned>(std::bit_width(2 * power_of_ten(digits) - 1)) - 1;
}

/// At most.
std::size_t cells_of(const histogram_scale& scale) noexcept {
    return (static_cast<std::size_t>(std::bit_width(scale.highest)) + 1) << half_bits(scale.digits);
}

}  // namespace

histogram::histogram(histogram_scale scale) : scale_(scale) {
    if (scale.highest < 2 || scale.highest > std::numeric_limits<std::int64_t>::max())
        throw std::invalid_argument("histogram: the highest value must be 2 or more");
    if (scale.digits < 1 || scale.digits > 5)
        throw std::invalid_argument("histogram: digits must be 1 to 5");
    half_bits_ = half_bits(scale.digits);
    mask_ = (std::uint64_t{2} << half_bits_) - 1;
    counts_.resize(index_of(scale.highest) + 1);
}

/// Each bucket spans twice what the one below does, at half its resolution; of all but the first,
/// the lower half is covered by the bucket below.
std::size_t histogram::index_of(std::uint64_t value) const noexcept {
    const auto bucket = static_cast<unsigned>(std::bit_width(value | mask_)) - (half_bits_ + 1);
    return (std::size_t{bucket} << half_bits_) + static_cast<std::size_t>(value >> bucket);
}

std::uint64_t histogram::first_of(std::size_t index) const noexcept {
    const std::size_t half = std::size_t{1} << half_bits_;
    if (index < 2 * half) return index;
    const std::size_t bucket = (index >> half_bits_) - 1;
    return ((index & (half - 1)) + half) << bucket;
}

std::uint64_t histogram::last_of(std::size_t index) const noexcept {
    return first_of(index + 1) - 1;
}

double histogram::middle_of(std::size_t index) const noexcept {
    return (static_cast<double>(first_of(index)) + static_cast<double>(last_of(index))) / 2;
}

void histogram::record(std::uint64_t value, std::uint64_t times) noexcept {
    if (times == 0) return;
    if (value > scale_.highest) {
        value = scale_.highest;
        saturated_ += times;
    }
    counts_[index_of(value)] += times;
    least_ = count_ == 0 ? value : std::min(least_, value);
    most_ = std::max(most_, value);
    count_ += times;
}

void histogram::add(const histogram& other) {
    if (other.scale_ != scale_)
        throw std::invalid_argument("histogram: two of different scales do not add up");
    if (other.count_ == 0) return;
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    least_ = count_ == 0 ? other.least_ : std::min(least_, other.least_);
    most_ = std::max(most_, other.most_);
    count_ += other.count_;
    saturated_ += other.saturated_;
}

void histogram::clear() noexcept {
    std::ranges::fill(counts_, 0);
    count_ = saturated_ = least_ = most_ = 0;
}

double histogram::mean() const noexcept {
    if (count_ == 0) return 0;
    double sum = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] != 0) sum += middle_of(i) * static_cast<double>(counts_[i]);
    }
    return sum / static_cast<double>(count_);
}

double histogram::deviation() const noexcept {
    if (count_ == 0) return 0;
    const double middle = mean();
    double sum = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] == 0) continue;
        const double off = middle_of(i) - middle;
        sum += off * off * static_cast<double>(counts_[i]);
    }
    return std::sqrt(sum / static_cast<double>(count_));
}

std::uint64_t histogram::value_at(double percent) const noexcept {
    if (count_ == 0) return 0;
    if (percent <= 0) return least_;
    const double share = std::min(percent, 100.0) / 100 * static_cast<double>(count_);
    // What a product of two fractions is off by must not take one value more.
    const double rounded = std::round(share);
    const bool whole = std::abs(share - rounded) < 1e-9 * share;
    const auto rank = std::clamp<std::uint64_t>(
        static_cast<std::uint64_t>(whole ? rounded : std::ceil(share)), 1, count_);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        seen += counts_[i];
        if (seen >= rank) return std::clamp(last_of(i), least_, most_);
    }
    return most_;
}

std::uint64_t histogram::count_to(std::uint64_t value) const noexcept {
    const std::size_t last =
        std::min(index_of(std::min(value, scale_.highest)) + 1, counts_.size());
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < last; ++i) seen += counts_[i];
    return seen;
}

std::vector<histogram::cell> histogram::cells() const {
    std::vector<cell> all;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] != 0) all.push_back({first_of(i), last_of(i), counts_[i]});
    }
    return all;
}

std::size_t histogram::used() const noexcept {
    return count_ == 0 ? 0 : index_of(most_) + 1;
}

std::string histogram::encode() const {
    std::string counts;
    for (std::size_t i = 0; i < used();) {
        if (counts_[i] != 0) {
            put_leb128(counts, static_cast<std::int64_t>(counts_[i++]));
            continue;
        }
        const std::size_t from = i;
        while (i < used() && counts_[i] == 0) ++i;
        // A zero alone is written as itself, as others do.
        put_leb128(counts, i - from == 1 ? 0 : -static_cast<std::int64_t>(i - from));
    }
    std::string bytes;
    put(bytes, cookie | 0x10);  // 0x10: counts are LEB128
    put(bytes, static_cast<std::uint32_t>(counts.size()));
    put(bytes, std::uint32_t{0});
    put(bytes, std::uint32_t{scale_.digits});
    put(bytes, std::uint64_t{1});
    put(bytes, scale_.highest);
    put(bytes, std::bit_cast<std::uint64_t>(1.0));
    return bytes + counts;
}

std::optional<histogram> histogram::decode(std::string_view bytes, std::size_t most_cells) {
    if (bytes.size() < head_size) return std::nullopt;
    if ((take<std::uint32_t>(bytes) & cookie_mask) != (cookie & cookie_mask)) return std::nullopt;
    const auto length = take<std::uint32_t>(bytes);
    const auto offset = take<std::uint32_t>(bytes);
    histogram_scale scale;
    scale.digits = take<std::uint32_t>(bytes);
    const auto lowest = take<std::uint64_t>(bytes);
    scale.highest = take<std::uint64_t>(bytes);
    (void)take<std::uint64_t>(bytes);
    if (length != bytes.size() || offset != 0 || lowest != 1) return std::nullopt;
    if (scale.digits < 1 || scale.digits > 5) return std::nullopt;
    if (scale.highest < 2 || scale.highest > std::numeric_limits<std::int64_t>::max())
        return std::nullopt;
    if (cells_of(scale) > most_cells) return std::nullopt;
    histogram made(scale);
    if (!made.take_counts(bytes)) return std::nullopt;
    return made;
}

/// Result: false for what is no list of counts that fit.
bool histogram::take_counts(std::string_view bytes) {
    for (std::size_t i = 0; !bytes.empty();) {
        const auto value = take_leb128(bytes);
        const std::size_t left = counts_.size() - i;
        if (!value || left == 0) return false;
        if (*value < 0) {
            const std::uint64_t zeros = -static_cast<std::uint64_t>(*value);
            if (zeros > left) return false;
            i += static_cast<std::size_t>(zeros);
            continue;
        }
        if (*value > 0)
            record(std::min(last_of(i), scale_.highest), static_cast<std::uint64_t>(*value));
        ++i;
    }
    return true;
}

}  // namespace grove
