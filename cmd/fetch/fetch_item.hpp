// SPDX-License-Identifier: MIT
#pragma once

#include <grove/digest.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What one download is: the row that an input list, the command line and a `--failed` file share.

namespace grove::cmd {

/// A digest that the finished body must have; `hex` is in lower case and of the right length.
struct expected_digest {
    digest_algorithm algorithm = digest_algorithm::sha256;
    std::string hex;

    friend bool operator==(const expected_digest&, const expected_digest&) = default;
};

/// One request header line. Never holds CR, LF or NUL when it comes from an input list.
struct header_line {
    std::string name;
    std::string value;

    friend bool operator==(const header_line&, const header_line&) = default;
};

struct fetch_item {
    std::string url;                        ///< as written; a shorthand such as `:8080/x` is kept
    std::string out;                        ///< path under the output folder; empty: derive one
    std::optional<expected_digest> digest;  ///< what the body must sum up to
    std::vector<header_line> headers;       ///< sent besides those of the command line
    std::vector<std::string> mirrors;       ///< tried in this order after `url`
    std::uint64_t line = 0;                 ///< line of the input list, from 1; 0: command line

    friend bool operator==(const fetch_item&, const fetch_item&) = default;
};

}  // namespace grove::cmd
