// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/load/request_script.hpp"

#include <string>
#include <string_view>

/// An HTTP/1.1 request.

namespace grove::cmd {

class http_script final : public request_script {
 public:
    /// Throws: `std::invalid_argument`, `std::system_error`, as `script_for`.
    http_script(const bench_target& to, const http_options& http, const std::string& body);

    [[nodiscard]] std::string_view bytes(const text_script::moment& now,
                                         buffers& into) const override;

 private:
    void compose(const text_script::moment& now, buffers& into) const;

    std::string method_;
    text_script path_;
    std::string fields_;  // with their line ends
    text_script body_;
    bool has_body_ = false;
    std::string constant_;  // the whole request; empty: it changes
};

}  // namespace grove::cmd
