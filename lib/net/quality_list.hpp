// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string_view>

/// Fields that list what a client would like, each with a weight (RFC 9110 12.4.2).

namespace grove::http {

enum class content_coding : std::uint8_t { identity, gzip, brotli };

/// What of `available` an Accept-Encoding field (RFC 9110 12.5.3) likes best. Of equals brotli goes
/// before gzip and gzip before none. Without the field, and when nothing is acceptable: identity.
struct codings_available {
    bool gzip = false;
    bool brotli = false;
};

[[nodiscard]] content_coding choose_coding(std::string_view accept_encoding,
                                           codings_available available) noexcept;

/// Whether an Accept field (RFC 9110 12.5.1) takes text/html. Without the field: it does.
[[nodiscard]] bool accepts_html(std::string_view accept) noexcept;

}  // namespace grove::http
