// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/load/request_script.hpp"

#include <string>
#include <string_view>

/// What an echo server is to send back: what `-d` says, or 64 bytes that end in a line feed.

namespace grove::cmd {

class message_script final : public request_script {
 public:
    /// Throws: `std::invalid_argument`, `std::system_error`, as `script_for`.
    message_script(const http_options& http, const std::string& body);

    [[nodiscard]] std::string_view bytes(const text_script::moment& now,
                                         buffers& into) const override;

 private:
    text_script text_;
    std::string constant_;
};

}  // namespace grove::cmd
