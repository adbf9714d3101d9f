// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace grove {

/// A field of a request or an answer (RFC 9110 section 5), in bytes that somebody else keeps.
struct http_field {
    std::string_view name;
    std::string_view value;  ///< without the white space around it
};

}  // namespace grove
