// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

/// Why an attempt did not bring its file. The classes are part of the `--json` output: their names
/// are stable.

namespace grove::cmd {

enum class failure_class : unsigned char {
    none,
    url,        ///< not a URL that can be fetched
    dns,        ///< no answer about the name; another try may get one
    no_name,    ///< the name does not exist
    connect,    ///< refused, unreachable: nothing was sent
    tls,        ///< handshake or certificate, a name mismatch included
    timeout,    ///< --connect-timeout or --timeout
    stall,      ///< --stall-timeout
    reset,      ///< the connection broke
    truncated,  ///< the body ended early
    protocol,   ///< what came is not HTTP
    status,     ///< the status says so
    redirect,   ///< too many, a loop, or to a scheme that is not followed
    size,       ///< --max-size
    digest,     ///< the body's checksum is not the expected one
    expect,     ///< --expect does not hold
    file,       ///< the local disk: no space, no permission
    stopped,    ///< a signal, --deadline or --max-failures ended the run
};

/// The name in JSON: `truncated`, `no_name`; empty for `none`.
[[nodiscard]] std::string_view to_string(failure_class kind) noexcept;

struct failure {
    failure_class kind = failure_class::none;
    std::string text = {};  ///< for people: what was tried, on what, what happened
    int status = 0;         ///< the HTTP status, for `failure_class::status`

    [[nodiscard]] explicit operator bool() const noexcept { return kind != failure_class::none; }
};

/// True for 408, 425, 429, 500, 502, 503 and 504.
[[nodiscard]] bool is_retryable_status(int status) noexcept;

/// True when the same request may succeed later.
[[nodiscard]] bool is_transient(const failure& what) noexcept;

/// True when another source (a mirror) may do better: all but local and deliberate failures.
[[nodiscard]] bool may_fail_over(const failure& what) noexcept;

/// True when the request cannot have reached the server.
[[nodiscard]] bool was_not_sent(failure_class kind) noexcept;

/// GET, HEAD, PUT, DELETE, OPTIONS, TRACE (RFC 9110 9.2.2). Methods are case-sensitive.
[[nodiscard]] bool is_idempotent(std::string_view method) noexcept;

}  // namespace grove::cmd
