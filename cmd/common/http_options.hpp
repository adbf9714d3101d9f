// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/text_error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a request is made of: curl's flags, with curl's meanings, for every verb that speaks HTTP.

namespace grove::cmd {

class option_table;

/// One `-H`. curl's three forms: `Name: value` sends it, `Name;` sends it empty, `Name:` leaves out
/// the header that would be sent otherwise.
struct header_field {
    enum class action : unsigned char { send, leave_out };

    std::string name;
    std::string value;
    action what = action::send;

    friend bool operator==(const header_field&, const header_field&) = default;
};

/// One `-d` or `--data-binary`.
struct data_piece {
    enum class form : unsigned char {
        text,       ///< -d: of a file, carriage returns, line feeds and NULs are dropped
        binary,     ///< --data-binary: of a file, every byte counts
        literally,  ///< --data-raw: a leading `@` means nothing
    };

    std::string argument;  ///< as typed: the bytes, `@FILE` or `@-`
    form as = form::text;

    friend bool operator==(const data_piece&, const data_piece&) = default;
};

/// `--resolve HOST:PORT:ADDRESS[,ADDRESS]...`
struct resolve_entry {
    std::string host;  ///< lower case; `*`: any
    std::uint16_t port = 0;
    std::vector<std::string> addresses;  ///< literal IPv4 and IPv6 without brackets; at least one

    friend bool operator==(const resolve_entry&, const resolve_entry&) = default;
};

/// `--connect-to HOST1:PORT1:HOST2:PORT2`. Empty and 0: any on the left, the same on the right.
struct connect_to_entry {
    std::string host;
    std::uint16_t port = 0;
    std::string to_host;
    std::uint16_t to_port = 0;

    friend bool operator==(const connect_to_entry&, const connect_to_entry&) = default;
};

enum class http_version : unsigned char { automatic, http1_1, http2 };
enum class ip_family : unsigned char { any, v4, v6 };

struct http_options {
    std::string method;  ///< empty: POST where there is data, GET otherwise (`effective_method`)
    std::vector<header_field> headers;
    std::vector<data_piece> data;
    std::optional<std::string> user;        ///< `name:password`, for Basic authentication
    std::vector<std::string> cookies;       ///< `name=value; ...`, or without a `=` a cookie file
    std::optional<std::string> user_agent;  ///< absent: `grove/VERSION`; empty: no such header
    bool compressed = false;                ///< ask for gzip, br or zstd, and decode
    http_version version = http_version::automatic;
    bool follow = true;
    unsigned max_redirects = 20;

    bool insecure = false;  ///< any certificate will do
    std::string cacert;     ///< file; empty: the system's
    std::string cert;       ///< file, or `file:password`; empty: none
    std::string key;        ///< file; empty: in `cert`

    std::string proxy;        ///< empty: none
    std::string unix_socket;  ///< path; empty: TCP
    ip_family family = ip_family::any;
    std::vector<resolve_entry> resolve;
    std::vector<connect_to_entry> connect_to;
};

/// Adds `-X -H -d --data-binary --data-raw -u -b -A`, in the group `HTTP`: what one request is.
void describe_message(http_options& options, option_table& table);

/// Adds, in the group `Connection`, `-k --cacert --cert --key`.
void describe_tls(http_options& options, option_table& table);

/// Adds, in the group `Connection`, `--unix-socket -4 -6 --resolve --connect-to`.
void describe_route(http_options& options, option_table& table);

/// Adds, with what `describe_message` adds, `--compressed --http1.1 --http2 -L --no-location
/// --max-redirects`: all that a client which follows and decodes can be told.
void describe_request(http_options& options, option_table& table);

/// Adds, with what `describe_tls` and `describe_route` add, `-x`.
void describe_connection(http_options& options, option_table& table);

/// The method to send: the one asked for, else POST where there is data, else GET.
[[nodiscard]] std::string_view effective_method(const http_options& options) noexcept;

/// What no single option can know. Result: a sentence for the person, or nullopt.
[[nodiscard]] std::optional<std::string> validate(const http_options& options);

/// The body that `data` stands for: files read, the pieces joined by `&`. At most `limit` bytes.
/// Blocks: the thread, on files and stdin, so call it before the run starts.
/// Throws: `std::system_error` naming the file, also (`file_too_large`) above `limit`.
[[nodiscard]] std::string load_body(const http_options& options,
                                    std::size_t limit = std::size_t{1} << 30);

[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, header_field& into);
[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, resolve_entry& into);
[[nodiscard]] std::optional<text_error> parse_value(std::string_view text, connect_to_entry& into);

}  // namespace grove::cmd
