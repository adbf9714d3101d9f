// SPDX-License-Identifier: MIT
#include "cmd/bench/load/request_script.hpp"

#include "cmd/bench/load/dns_script.hpp"
#include "cmd/bench/load/http_script.hpp"
#include "cmd/bench/load/message_script.hpp"

#include <array>
#include <stdexcept>

namespace grove::cmd {
namespace {

struct unused_option {
    bool given = false;
    std::string_view flag;
};

/// What was asked for and would not be sent: ignoring it would load something else.
void refuse_unused(const bench_target& to, const http_options& http) {
    const std::array handshake{unused_option{!http.headers.empty(), "-H"},
                               unused_option{!http.cookies.empty(), "-b"},
                               unused_option{http.user.has_value(), "-u"},
                               unused_option{http.user_agent.has_value(), "-A"}};
    const unused_option method{!http.method.empty(), "-X"};
    const unused_option data{!http.data.empty(), "-d"};
    const auto refuse = [&](const unused_option& one) {
        if (one.given) {
            throw std::invalid_argument(std::string(one.flag) + " says nothing to a " +
                                        std::string(to_string(to.place.scheme)) + " target");
        }
    };
    if (to.protocol == load_protocol::http) return;
    refuse(method);
    if (to.protocol == load_protocol::websocket) return;
    for (const unused_option& one : handshake) refuse(one);
    if (to.protocol == load_protocol::dns) refuse(data);
}

}  // namespace

std::unique_ptr<request_script> script_for(const bench_target& to, const http_options& http,
                                           const std::string& body) {
    refuse_unused(to, http);
    switch (to.protocol) {
        case load_protocol::dns:
            return std::make_unique<dns_script>(to);
        case load_protocol::echo:
        case load_protocol::websocket:
            return std::make_unique<message_script>(http, body);
        default:
            return std::make_unique<http_script>(to, http, body);
    }
}

}  // namespace grove::cmd
