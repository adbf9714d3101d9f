// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/destination.hpp"
#include "cmd/common/http_options.hpp"
#include "cmd/common/targets.hpp"
#include "cmd/poll/probe/probe.hpp"
#include "cmd/poll/probe/probe_facts.hpp"

#include <memory>
#include <string>

namespace grove::cmd {

/// Asks an HTTP/1.1 server. Good is 200 to 299, unless an expectation is about the status.
/// Redirects are answers, not followed. The body is read, 1 MiB of it at most, where an expectation
/// is about it; else an answer is judged by its head. `body` is what is sent.
[[nodiscard]] std::unique_ptr<probe> http_probe(const target& place, destination to,
                                                const http_options& http, const std::string& body,
                                                probe_expectations expected);

}  // namespace grove::cmd
