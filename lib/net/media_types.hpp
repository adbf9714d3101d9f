// SPDX-License-Identifier: MIT
#pragma once

#include <grove/static_files.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace grove::http {

/// What files are, by their names' extensions, in any case of letters.
class media_types {
 public:
    /// `own` goes before what is built in. Throws: `std::invalid_argument` for an extension that is
    /// empty or has a dot or a slash, and for a type that is no field value.
    explicit media_types(std::vector<static_type> own);

    /// Text is told to be UTF-8. What is not known is `application/octet-stream`. Valid as long as
    /// this lives.
    [[nodiscard]] std::string_view of(std::string_view file_name) const noexcept;

 private:
    std::vector<static_type> own_;
};

}  // namespace grove::http
