// SPDX-License-Identifier: MIT
#pragma once

#include <grove/tls.hpp>

#include <openssl/types.h>

#include <string>
#include <system_error>

/// What OpenSSL says about a failure. Its queue of errors belongs to the thread, not the greenlet:
/// it is emptied before each call and read after it, before anything can park.

namespace grove::detail {

/// What an entry of the queue says.
[[nodiscard]] std::string openssl_reason(unsigned long error);

/// The reason of the oldest error in the queue, in OpenSSL's words. Empties the queue.
[[nodiscard]] std::string openssl_reason();

/// The error reads: the text, `: `, what the code means.
[[noreturn]] void throw_tls(tls_errc code, const std::string& text);

/// What a call on `ssl` has failed with, told by the queue; the text begins with `what`. Empties
/// the queue.
[[nodiscard]] std::system_error tls_failure(const SSL* ssl, const std::string& what);

/// `CN=example.com,O=Example`.
[[nodiscard]] std::string subject_of(const X509* certificate);

}  // namespace grove::detail
