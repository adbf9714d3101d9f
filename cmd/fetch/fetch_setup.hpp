// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/fetch/fetch_options.hpp"
#include "cmd/fetch/output_pattern.hpp"

#include <grove/http_client.hpp>

#include <cstddef>
#include <string>

/// From what the person asked for to what the HTTP client takes.

namespace grove::cmd {

[[nodiscard]] http::client_options client_options_of(const fetch_options& options,
                                                     std::size_t connections);

/// Method, headers and body of every request; the URL is each item's.
/// Blocks: reads the files of `-d @file`. Throws: `std::system_error` naming the file.
[[nodiscard]] http::request request_of(const fetch_options& options);

/// Where the bodies go. A symbolic link to a file is written to where it leads, and not replaced.
/// Blocks: asks where. Throws: as `output_pattern::parse`.
[[nodiscard]] output_pattern pattern_of(const std::string& output);

/// Transfers that fit into `descriptors`: each needs a socket and a file.
[[nodiscard]] std::size_t transfers_that_fit(std::size_t wanted, std::size_t descriptors) noexcept;

}  // namespace grove::cmd
