// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

/// An answer's status line and fields as bytes (RFC 9112 sections 4 and 5).

namespace grove::http {

/// `HTTP/1.1 200 OK` and the line's end.
void append_status_line(std::string& to, unsigned status);

/// The fields of one answer, checked.
class answer_fields {
 public:
    /// Throws: `std::invalid_argument` for what is no field or is the server's own.
    void add(std::string_view name, std::string_view value);
    void clear() noexcept;

    /// Lines, each with its end.
    [[nodiscard]] std::string_view text() const noexcept { return text_; }

    [[nodiscard]] bool has_date() const noexcept { return has_date_; }

 private:
    std::string text_;
    bool has_date_ = false;
};

}  // namespace grove::http
