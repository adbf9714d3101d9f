// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/serve/fault_rules.hpp"
#include "cmd/serve/serve_options.hpp"

#include <grove/event.hpp>
#include <grove/http_exchange.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What answers the requests below one path.

namespace grove::cmd {

/// What the handlers of one hub share.
struct serve_context {
    const serve_options& options;
    fault_rules& faults;
    /// The server ends: answers without an end stop now.
    event stopping = {};
};

struct web_call {
    http_request& asked;
    http_response& answer;
    std::string_view below;  ///< the path without the route's own: empty, or begins with a slash
};

class web_handler {
 public:
    web_handler() = default;
    web_handler(const web_handler&) = delete;
    web_handler& operator=(const web_handler&) = delete;
    virtual ~web_handler() = default;

    /// On the connection's greenlet; may wait. Throws: as a handler of `http_server` may.
    virtual void answer(const web_call& call) = 0;
};

/// The one for a route that is no TCP server. Throws: `std::system_error` for a folder that cannot
/// be read. `context` must outlive it.
[[nodiscard]] std::unique_ptr<web_handler> handler_for(const route& what, serve_context& context);

// The kinds, as files of this folder.
[[nodiscard]] std::unique_ptr<web_handler> files_handler(const route& what, serve_context& context);
[[nodiscard]] std::unique_ptr<web_handler> echo_handler();
[[nodiscard]] std::unique_ptr<web_handler> websocket_echo_handler(serve_context& context);
[[nodiscard]] std::unique_ptr<web_handler> json_handler(const std::string& text);
[[nodiscard]] std::unique_ptr<web_handler> status_handler(const std::string& code);
[[nodiscard]] std::unique_ptr<web_handler> httpbin_handler(serve_context& context);
[[nodiscard]] std::unique_ptr<web_handler> stream_handler(serve_context& context);
[[nodiscard]] std::unique_ptr<web_handler> events_handler(serve_context& context);
[[nodiscard]] std::unique_ptr<web_handler> long_poll_handler(serve_context& context);
[[nodiscard]] std::unique_ptr<web_handler> chat_handler(const std::vector<std::string>& rooms,
                                                        serve_context& context);
[[nodiscard]] std::unique_ptr<web_handler> proxy_handler(const route& what, serve_context& context);
[[nodiscard]] std::unique_ptr<web_handler> exec_handler(const route& what, serve_context& context);
[[nodiscard]] std::unique_ptr<web_handler> broadcast_handler(const route& what,
                                                             serve_context& context);

/// Of the body, where the request says one.
[[nodiscard]] std::optional<std::uint64_t> announced_length(const http_request& asked);

/// 403 for what a page of another site has made a browser ask, unless `--cors` lets it: such a page
/// must not start programs here.
void refuse_other_sites(const http_request& asked, const serve_options& options);

/// 405 with what is allowed, unless the method is one of these, as in `GET, HEAD`.
void allow_methods(const web_call& call, std::string_view allowed);

}  // namespace grove::cmd
