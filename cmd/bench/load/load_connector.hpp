// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/load/load_peer.hpp"
#include "cmd/bench/load/load_plan.hpp"

#include <grove/deadline.hpp>
#include <grove/endpoint.hpp>
#include <grove/socket.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

/// Makes a thread's connections. A name is looked up once: what answered then is what is measured.

namespace grove::cmd {

struct load_connection {
    std::unique_ptr<load_peer> peer;
    std::optional<duration> connect = std::nullopt;  ///< name, address, TCP
    std::optional<duration> tls = std::nullopt;      ///< the handshake
};

class load_connector {
 public:
    /// `plan` must outlive it.
    explicit load_connector(const load_plan& plan);

    /// Connects to the destination of that number. Throws: `std::system_error`.
    [[nodiscard]] load_connection connect(std::size_t to, deadline until);

 private:
    [[nodiscard]] std::unique_ptr<load_peer> speak(const load_destination& where, socket stream,
                                                   deadline until) const;
    [[nodiscard]] socket reach(std::size_t to, deadline until);
    [[nodiscard]] grove::endpoint name_server(std::size_t to, deadline until);

    const load_plan& plan_;
    std::vector<std::optional<grove::endpoint>> known_;  // where a destination was reached
};

}  // namespace grove::cmd
