// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/destination.hpp"
#include "cmd/common/http_options.hpp"
#include "cmd/common/targets.hpp"
#include "cmd/poll/probe/probe.hpp"
#include "cmd/poll/probe/probe_facts.hpp"

#include <memory>

/// Probes that say the first words of a protocol: a server can take connections long before it
/// takes work.

namespace grove::cmd {

/// Good when PING is answered with PONG, after AUTH where the target has a password. A server that
/// loads its data says so.
[[nodiscard]] std::unique_ptr<probe> redis_probe(const target& place, destination to,
                                                 probe_expectations expected);

/// Good when the server would let clients in: it asks for a password, refuses the user, or begins
/// the session. One that starts, or has no such database, says so. No password is sent.
[[nodiscard]] std::unique_ptr<probe> postgres_probe(const target& place, destination to,
                                                    probe_expectations expected);

/// Good when the opening handshake of a WebSocket is accepted.
[[nodiscard]] std::unique_ptr<probe> websocket_probe(const target& place, destination to,
                                                     const http_options& http,
                                                     probe_expectations expected);

/// Good when a name server has at least one record of the type. `dns:name` asks the first server of
/// /etc/resolv.conf. Nothing is remembered between attempts.
/// Throws: `std::invalid_argument` for what cannot be asked.
[[nodiscard]] std::unique_ptr<probe> dns_probe(const target& place, probe_expectations expected);

}  // namespace grove::cmd
