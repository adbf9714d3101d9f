// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/bench_options.hpp"
#include "cmd/bench/load/arrivals.hpp"
#include "cmd/bench/load/bench_target.hpp"
#include "cmd/bench/load/load_peer.hpp"
#include "cmd/bench/load/request_script.hpp"
#include "cmd/common/destination.hpp"

#include <grove/deadline.hpp>
#include <grove/dns.hpp>
#include <grove/endpoint.hpp>
#include <grove/tls.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// What all threads of a bench do, made once before the first of them begins and not changed after.

namespace grove::cmd {

/// Where connections go.
struct load_destination : destination {
    /// Of a WebSocket: what is asked for, and the fields of the handshake.
    std::string url = {};
    std::vector<http::header> fields = {};
};

struct load_plan {
    struct request {
        std::unique_ptr<const request_script> script;
        std::size_t destination = 0;
    };

    load_protocol protocol = load_protocol::http;  ///< of all requests
    asks_head head = asks_head::no;
    std::vector<request> requests;  ///< sent in turn
    std::vector<load_destination> destinations;

    std::size_t connections = 1;  ///< of all threads
    unsigned threads = 1;
    connection_reuse reuse = connection_reuse::kept;
    std::optional<std::uint64_t> limit;  ///< requests of all threads
    std::optional<duration> length;      ///< of the measured time
    duration warm_up{};                  ///< before it
    duration timeout{};
    bool open = false;
    std::vector<load_stage> stages;
    arrival_spacing spacing = arrival_spacing::constant;
    std::uint64_t seed = 0;
};

/// Blocks: the thread, on the files that the options name.
/// Throws: `std::invalid_argument` for a URL, `std::system_error` for a file.
[[nodiscard]] load_plan plan_of(const bench_options& options);

}  // namespace grove::cmd
