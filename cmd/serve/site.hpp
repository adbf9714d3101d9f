// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/serve/web_handler.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// All that one hub answers over HTTP: routes, the longest first, behind a gate that asks for a
/// password and lets scripts of other sites in.

namespace grove::cmd {

class site {
 public:
    /// `context` must outlive it. Throws: `std::system_error` for a folder that cannot be read.
    explicit site(serve_context& context);

    void answer(http_request& asked, http_response& answer);

 private:
    struct place {
        std::string path;  // without a slash at its end; empty: all
        std::unique_ptr<web_handler> handler;
    };

    void dispatch(http_request& asked, http_response& answer);
    void check_password(const http_request& asked) const;
    [[nodiscard]] bool answer_preflight(const http_request& asked, http_response& answer) const;

    serve_context& context_;
    const serve_options& options_;
    std::string credentials_;  // as in the field: `Basic ..`
    std::vector<place> places_;
};

}  // namespace grove::cmd
