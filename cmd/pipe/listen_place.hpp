// SPDX-License-Identifier: MIT
#pragma once

#include <grove/endpoint.hpp>

#include <optional>
#include <string>
#include <string_view>

/// A door as a source: whoever connects writes items.
///
///     listen:127.0.0.1:5000        for ever; listen::5000 is the same
///     listen:unix:/run/jobs        at a Unix socket
///     listen::5000?until=closed    until the last connection has been closed

namespace grove::cmd {

struct listen_place {
    grove::endpoint at;
    bool until_closed = false;
};

/// `word` begins with `listen:`. Result: what is wrong, as a sentence without the word.
[[nodiscard]] std::optional<std::string> parse_listen(std::string_view word, listen_place& into);

}  // namespace grove::cmd
