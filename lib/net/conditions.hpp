// SPDX-License-Identifier: MIT
#pragma once

#include <grove/static_files.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

/// What a request makes depend on the state of what it asks for: RFC 9110, sections 13 and 14.

namespace grove::http {

/// What a file is known by.
struct file_validators {
    std::string_view etag;               ///< with its quotes, and `W/` if it is weak
    std::chrono::sys_seconds modified;   ///< as Last-Modified tells it
    std::chrono::sys_seconds looked_at;  ///< when that was found out
};

enum class condition : std::uint8_t {
    holds,
    unchanged,  ///< 304
    failed,     ///< 412
};

/// The conditions of a GET or HEAD, in the order of section 13.2.2. Dates that cannot be read are
/// as if they were not there.
[[nodiscard]] condition check_conditions(const static_request& request,
                                         const file_validators& file) noexcept;

/// Whether If-Range lets a range be answered (section 13.1.5): there is none, or it names, by a
/// strong validator, what would be sent.
[[nodiscard]] bool range_applies(const static_request& request,
                                 const file_validators& file) noexcept;

struct byte_range {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;

    friend bool operator==(const byte_range&, const byte_range&) = default;
};

enum class range_kind : std::uint8_t { whole, part, unsatisfiable };

struct range_choice {
    range_kind kind = range_kind::whole;
    byte_range part = {};
};

/// Reads a Range field for something of `size` bytes (section 14.1.2). Several ranges, other units
/// and what cannot be read mean the whole.
[[nodiscard]] range_choice choose_range(std::string_view range, std::uint64_t size) noexcept;

}  // namespace grove::http
