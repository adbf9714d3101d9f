// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/text_error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// One word of `grove serve`: what is served where.
///
///     dist                    a folder, at /
///     /docs=./book            a folder or file, at /docs and below
///     /api=http://:3000       another server, which is asked for /api/x
///     /api=http://:3000/      the same, asked for /x: its path is put in place of ours
///     /v1/user=json:{"id":1}  an answer
///     /feed=exec:tail -F log  what a program writes
///     tcp://:5000=lines       a TCP server of its own
///     tcp://:5000=tcp://db:5432

namespace grove::cmd {

enum class route_kind : std::uint8_t {
    files,      ///< `argument` is a folder or a file
    echo,       ///< what was sent comes back
    ws_echo,    ///< a WebSocket that sends back what it is sent
    json,       ///< `argument` is the answer
    status,     ///< `argument` is the status
    httpbin,    ///< twelve paths for trying clients
    stream,     ///< a line now and then
    sse,        ///< an event now and then
    long_poll,  ///< messages that are handed to whoever waits for one
    chat,       ///< rooms; `argument` is their names, commas between them
    proxy,      ///< `argument` is the URL of another server
    exec,       ///< `argument` is a command of the shell
    tcp_echo,
    tcp_lines,    ///< greets, and sends each line back with its number
    tcp_discard,  ///< reads and says nothing (RFC 863)
    tcp_chargen,  ///< sends characters without an end (RFC 864)
    tcp_proxy,    ///< `argument` is where to, `host:port`
    tcp_exec,     ///< `argument` is a command of the shell
};

struct route {
    /// `/docs`, without a slash at its end; `/` for all. Empty: a TCP server.
    std::string path;
    std::string at;  ///< of a TCP server: `host:port`, as typed
    route_kind kind = route_kind::files;
    std::string argument;

    [[nodiscard]] bool is_tcp() const noexcept { return path.empty(); }

    /// It lets clients start programs.
    [[nodiscard]] bool runs_programs() const noexcept {
        return kind == route_kind::exec || kind == route_kind::tcp_exec;
    }

    friend bool operator==(const route&, const route&) = default;
};

[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, route& into);

}  // namespace grove::cmd
