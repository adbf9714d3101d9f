// SPDX-License-Identifier: MIT
#pragma once

#include <grove/histogram.hpp>

#include <optional>
#include <string>
#include <string_view>

/// Histograms as one word, as files of text hold them.

namespace grove::cmd {

/// HdrHistogram's V2 encoding, compressed with zlib, in base64: `HISTFAAA...`. The histogram
/// libraries of other languages read it.
[[nodiscard]] std::string to_text(const histogram& of);

/// Result: nothing for what is no such text.
[[nodiscard]] std::optional<histogram> histogram_of(std::string_view text);

}  // namespace grove::cmd
