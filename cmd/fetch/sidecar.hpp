// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/fetch/resume.hpp"

#include <optional>
#include <string>
#include <string_view>

/// The text of `name.part.json`: one JSON object with the keys url, etag, last_modified, date and
/// size (null: the server did not say). It carries no offset: the size of the part is the offset.

namespace grove::cmd {

[[nodiscard]] std::string sidecar_text(const resume_point& point);

/// Result: the point with an offset of 0; nullopt for a text that is damaged, cut off, or without a
/// strong validator.
[[nodiscard]] std::optional<resume_point> parse_sidecar(std::string_view text);

}  // namespace grove::cmd
