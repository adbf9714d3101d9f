// SPDX-License-Identifier: MIT
#pragma once

#include <grove/http_client.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The header lines of an answer, as libcurl hands them over one by one. Kept here and not asked of
/// libcurl, which looks through its list with a comparison of names a header and question.

namespace grove::http {

/// In any case of letters (RFC 9110 5.1).
[[nodiscard]] bool same_name(std::string_view a, std::string_view b) noexcept;

class head_lines {
 public:
    static constexpr std::size_t largest = std::size_t{256} << 10;

    /// A line with its end. A status line begins a new head: what an interim answer (1xx) said is
    /// forgotten. Result: false when the head grows above `largest` bytes.
    [[nodiscard]] bool add(std::string_view line);

    /// Lines that come after this (trailers) are dropped.
    void close() noexcept { closed_ = true; }

    void clear() noexcept;

    /// The last header of that name; valid until the next `add` or `clear`.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept;
    [[nodiscard]] std::vector<header> all() const;

 private:
    struct field {
        std::uint32_t name_size;
        std::uint32_t value_size;
        std::uint32_t at;  // of the name in `text_`; the value follows it
    };

    [[nodiscard]] std::string_view name(const field& f) const noexcept;
    [[nodiscard]] std::string_view value(const field& f) const noexcept;

    std::string text_;
    std::vector<field> fields_;
    bool closed_ = false;
};

}  // namespace grove::http
