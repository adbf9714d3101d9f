// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// DNS messages (RFC 1035 section 4), as far as loads and probes need them: a question goes out, of
/// the answer only the header is read.

namespace grove::cmd {

inline constexpr std::size_t dns_header_size = 12;

/// `A`, `AAAA`, `mx`, `TYPE65`. Result: nothing for a type that is not known.
[[nodiscard]] std::optional<std::uint16_t> dns_type(std::string_view name) noexcept;

/// Appends a query of the Internet class that asks for recursion, with 0 as its number.
/// Result: false, and nothing is appended, when `name` is none: a label or the whole is empty or
/// too long (RFC 1035 section 2.3.4). A dot at the end changes nothing; `.` is the root.
[[nodiscard]] bool append_dns_query(std::string& into, std::string_view name, std::uint16_t type);

/// Appends the query that a target's `name?type=A` asks; without a type, for A. Result: what is
/// wrong with it, and nothing is appended; empty: nothing.
[[nodiscard]] std::string append_dns_question(std::string& into, std::string_view question);

struct dns_header {
    std::uint16_t number = 0;
    bool is_answer = false;
    bool truncated = false;
    std::uint8_t code = 0;  ///< RCODE: 0 NOERROR, 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED
    std::uint16_t questions = 0;
    std::uint16_t answers = 0;
};

/// Result: nothing when `message` is shorter than a header.
[[nodiscard]] std::optional<dns_header> read_dns_header(std::string_view message) noexcept;

/// `NOERROR`, `SERVFAIL`; `RCODE11` for one without a name (RFC 6895 section 2.3).
[[nodiscard]] std::string dns_code_name(unsigned code);

}  // namespace grove::cmd
