// SPDX-License-Identifier: MIT
#include "cmd/fetch/name_claims.hpp"

#include "cmd/fetch/file_name.hpp"

#include <utility>

namespace grove::cmd {

namespace {

// FNV-1a, then the finisher of splitmix64: FNV alone leaves its low bits poor, and those choose
// the slot. Never 0, which marks a free slot.
std::uint64_t fingerprint_of(std::string_view text) noexcept {
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9U;
    hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBU;
    hash ^= hash >> 31;
    return hash == 0 ? 1 : hash;
}

// `x`, `x.part` and `x.part.json` need one another's names on the disk: they count as one.
std::string_view family(std::string_view path) noexcept {
    for (;;) {
        if (path.ends_with(".part")) {
            path.remove_suffix(5);
        } else if (path.ends_with(".part.json")) {
            path.remove_suffix(10);
        } else {
            return path;
        }
    }
}

std::string numbered(std::string_view path, std::uint64_t number) {
    const auto slash = path.rfind('/');
    const auto folder = path.substr(0, slash == std::string_view::npos ? 0 : slash + 1);
    const auto suffix = "-" + std::to_string(number);
    // The number goes before .part as well, or the family would stay the same.
    const auto last = path.substr(folder.size());
    const auto stem_end = extension_offset(family(last));
    auto extension = last.substr(stem_end);
    if (extension.size() > max_name_bytes / 2) extension = {};
    const auto room = max_name_bytes - suffix.size() - extension.size();
    // A stem has no extension left that shorten_name could keep but for a dot inside it: cut plain.
    auto stem = last.substr(0, stem_end);
    if (stem.size() > room) {
        std::size_t end = room;
        while (end > 0 && (static_cast<unsigned char>(stem[end]) & 0xC0U) == 0x80U) --end;
        stem = stem.substr(0, end);
    }
    return std::string(folder) + std::string(stem) + suffix + std::string(extension);
}

}  // namespace

std::string name_claims::claim(std::string_view path) {
    const auto wanted = fingerprint_of(family(path));
    if (insert(wanted)) return std::string(path);
    auto& next = next_number_.try_emplace(wanted, 1).first->second;
    for (;;) {
        auto candidate = numbered(path, next++);
        if (insert(fingerprint_of(family(candidate)))) return candidate;
    }
}

// Result: false when it was there already.
bool name_claims::insert(std::uint64_t fingerprint) {
    if (slots_.empty() || count_ * 4 >= slots_.size() * 3) grow();
    const auto mask = slots_.size() - 1;
    auto at = static_cast<std::size_t>(fingerprint) & mask;
    while (slots_[at] != 0) {
        if (slots_[at] == fingerprint) return false;
        at = (at + 1) & mask;
    }
    slots_[at] = fingerprint;
    ++count_;
    return true;
}

void name_claims::grow() {
    const auto old =
        std::exchange(slots_, std::vector<std::uint64_t>(slots_.empty() ? 64 : slots_.size() * 2));
    const auto mask = slots_.size() - 1;
    for (const auto fingerprint : old) {
        if (fingerprint == 0) continue;
        auto at = static_cast<std::size_t>(fingerprint) & mask;
        while (slots_[at] != 0) at = (at + 1) & mask;
        slots_[at] = fingerprint;
    }
}

}  // namespace grove::cmd
