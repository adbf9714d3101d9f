// SPDX-License-Identifier: MIT
#include "cmd/bench/load/load_protocol.hpp"

#include "cmd/common/dns_message.hpp"

#include <array>
#include <cstddef>

namespace grove::cmd {

std::string_view to_string(load_protocol protocol) noexcept {
    static constexpr std::array<std::string_view, 4> names{"http", "websocket", "echo", "dns"};
    return names[static_cast<std::size_t>(protocol)];
}

bool is_bad_status(load_protocol protocol, unsigned status) noexcept {
    constexpr unsigned first_error = 400;
    switch (protocol) {
        case load_protocol::http:
            return status >= first_error;
        case load_protocol::dns:
            return status != 0;
        default:
            return false;
    }
}

std::string status_name(load_protocol protocol, unsigned status) {
    switch (protocol) {
        case load_protocol::http:
            return std::to_string(status);
        case load_protocol::dns:
            return dns_code_name(status);
        default:
            return {};
    }
}

}  // namespace grove::cmd
