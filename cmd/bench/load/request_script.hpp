// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/load/bench_target.hpp"
#include "cmd/bench/load/text_script.hpp"
#include "cmd/common/http_options.hpp"

#include <memory>
#include <string>
#include <string_view>

/// What one target of a bench is sent: bytes that were made once where they are always the same,
/// and are put together from pieces where the target or the body has slots.

namespace grove::cmd {

class request_script {
 public:
    request_script() = default;
    request_script(const request_script&) = delete;
    request_script& operator=(const request_script&) = delete;
    virtual ~request_script() = default;

    /// Room for a request that changes; used again, it need not grow again.
    struct buffers {
        std::string request;
        std::string part;  // of it, whose size must be known first
    };

    /// The bytes to send, valid until `into` changes.
    [[nodiscard]] virtual std::string_view bytes(const text_script::moment& now,
                                                 buffers& into) const = 0;
};

/// The one for `to`'s protocol. `body` is what `-d` says.
/// Throws: `std::invalid_argument` for what can never be sent, saying why; `std::system_error`
/// naming a file of a slot. Blocks: the thread, on such files.
[[nodiscard]] std::unique_ptr<request_script> script_for(const bench_target& to,
                                                         const http_options& http,
                                                         const std::string& body);

}  // namespace grove::cmd
