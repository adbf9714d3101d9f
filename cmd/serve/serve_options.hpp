// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/talk_options.hpp"
#include "cmd/common/units.hpp"
#include "cmd/serve/fault_rules.hpp"
#include "cmd/serve/route.hpp"

#include <grove/deadline.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// All that `grove serve` can be told.

namespace grove::cmd {

class option_table;

/// `auto`, or `CERTIFICATE,KEY`.
struct tls_choice {
    bool made_up = false;  ///< a certificate that nobody has signed, made at the start
    std::string certificate = {};
    std::string key = {};

    friend bool operator==(const tls_choice&, const tls_choice&) = default;
};

/// `conns=N`, `body=SIZE`, or both with a comma.
struct serve_limits {
    std::size_t connections = 100'000;            ///< at once, of each listener and thread
    std::uint64_t body = std::uint64_t{1} << 20;  ///< bytes of a request
};

struct serve_options {
    // What.
    std::vector<route> routes;  ///< none: this folder, at /
    bool single_page = false;
    bool cors = false;
    std::string auth;        ///< `user:password`; empty: for everybody
    bool broadcast = false;  ///< one program for all who ask
    bool is_public = false;  ///< programs may be started from other machines
    serve_limits limit;
    std::vector<fault_rule> faults;

    // Where.
    std::optional<std::uint16_t> port;  ///< of 127.0.0.1
    std::vector<std::string> listen;    ///< `host:port`, `unix:PATH`; with neither: port 8000
    std::optional<tls_choice> tls;
    unsigned threads = 1;

    // Servers behind it.
    duration timeout = std::chrono::seconds(60);  ///< to connect, and to begin an answer
    bool insecure = false;
    std::string cacert;  ///< PEM; empty: the system's

    // When it ends.
    std::optional<std::uint64_t> requests;
    std::optional<duration> length;
    duration grace = std::chrono::seconds(5);

    std::optional<std::uint64_t> seed;
    talk_options talk;
};

void describe(serve_options& options, option_table& table);

/// What no single option can know. Result: a sentence that says what to do, or nullopt.
[[nodiscard]] std::optional<std::string> validate(const serve_options& options);

[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, tls_choice& into);
[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, serve_limits& into);

/// The number in `fd:N`; nothing for another door.
[[nodiscard]] std::optional<int> given_descriptor(std::string_view door);

/// Where it listens for HTTP: `127.0.0.1:8000`, `unix:/path`, `fd:3`.
[[nodiscard]] std::vector<std::string> doors_of(const serve_options& options);

}  // namespace grove::cmd
