// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/load/request_script.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// A DNS query: `dns://server/name?type=A` (RFC 4501).

namespace grove::cmd {

class dns_script final : public request_script {
 public:
    /// Throws: `std::invalid_argument`, as `script_for`.
    explicit dns_script(const bench_target& to);

    /// Throws: `std::system_error` (`dns::errc::bad_name`) when slots have made what is no name.
    [[nodiscard]] std::string_view bytes(const text_script::moment& now,
                                         buffers& into) const override;

 private:
    text_script question_;
    std::string constant_;
};

}  // namespace grove::cmd
