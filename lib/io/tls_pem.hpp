// SPDX-License-Identifier: MIT
#pragma once

#include "io/tls_owners.hpp"

#include <grove/tls.hpp>

#include <string>
#include <vector>

namespace grove::detail {

/// How errors name it: the path, or what it is.
[[nodiscard]] std::string name_of(const pem& source);

/// All certificates in it, one at least.
/// Throws: `std::system_error` naming the source.
[[nodiscard]] std::vector<x509_ptr> certificates_in(const pem& source);

/// The first key in it. Throws: likewise.
[[nodiscard]] pkey_ptr key_in(const pem& source, const std::string& password);

}  // namespace grove::detail
