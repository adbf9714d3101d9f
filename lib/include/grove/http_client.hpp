// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/detail/api.hpp>
#include <grove/error.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// An HTTP client whose transfers are greenlet waits: HTTP/1.1 and HTTP/2, TLS, proxies, kept
/// connections, on libcurl's multi interface inside the hub. Use it to download and to call
/// services; for load generation use `http::connection`.
///
///     grove::http::client web;
///     auto page = web.get("http://127.0.0.1:8080/", 5s);
///     std::printf("%d %zu bytes\n", page.status, page.body.size());
///
/// Names are resolved by grove's resolver, never by a thread of libcurl. Redirects are followed
/// here, hop by hop; credentials and cookies stay with the origin they were given for.
/// Threads: a client belongs to the hub's thread it was made on. Clients of a hub share kept
/// connections if they find the same addresses: `family`, `resolve`, `dns_servers` and `system_dns`
/// are equal.

namespace grove::http {

class transfer;

struct header {
    std::string name;
    std::string value;

    friend bool operator==(const header&, const header&) = default;
};

enum class version : std::uint8_t { any, http_1_1, http_2 };
enum class family : std::uint8_t { any, v4, v6 };
enum class verification : std::uint8_t { on, off };

/// What ended a request that has no answer, or not a whole one.
enum class error_kind : std::uint8_t {
    url,        ///< cannot be requested
    dns,        ///< no answer about the name
    no_name,    ///< the name does not exist, or has no address
    connect,    ///< refused or unreachable
    tls,        ///< handshake, certificate or host name
    timeout,    ///< connect timeout, or the deadline of the call
    stall,      ///< nothing came for `stall_timeout`
    reset,      ///< the connection ended before an answer, or broke inside one
    truncated,  ///< the body ended before its announced length
    protocol,   ///< what came is not HTTP, or cannot be decoded
    redirect,   ///< too many, a loop, or to a scheme that is not followed
    stopped,    ///< the sink said so
};

/// Text: what was tried, on what, what happened. Safe to show: URLs in it carry no password.
class GROVE_API error : public std::runtime_error {
 public:
    error(error_kind kind, const std::string& why)
        : std::runtime_error(why), kind_(kind), reason_(why) {}

    error(error_kind kind, const std::string& what, const std::string& why)
        : std::runtime_error(what + ": " + why), kind_(kind), reason_(why) {}

    error(const error&) = default;
    ~error() override;

    [[nodiscard]] error_kind kind() const noexcept { return kind_; }

    /// The text without what was tried on what.
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

 private:
    error_kind kind_;
    std::string reason_;
};

/// How to connect and whom to trust; the same for all requests of a client. Names and meanings are
/// those of curl's flags where it has one.
struct client_options {
    http::version version = http::version::any;
    http::family family = http::family::any;
    verification verify = verification::on;
    std::string ca_file = {};      ///< PEM; empty: the system's
    std::string certificate = {};  ///< client certificate, PEM
    std::string private_key = {};  ///< PEM; empty: in the certificate's file
    std::string key_password = {};
    std::string proxy = {};                 ///< URL; `-`: none, even if the environment names one
    std::string unix_socket = {};           ///< connect there, whatever the URL's host says
    std::vector<std::string> resolve = {};  ///< HOST:PORT:ADDRESS[,ADDRESS...]; no IPv6 HOST
    std::vector<std::string> connect_to = {};   ///< HOST1:PORT1:HOST2:PORT2
    std::vector<std::string> dns_servers = {};  ///< ADDRESS[:PORT]; empty: the system's
    bool system_dns = false;                    ///< ask getaddrinfo in the thread pool instead
    std::string user_agent = {};
    std::string user = {};         ///< USER:PASSWORD, sent to the first origin only
    std::string cookies = {};      ///< `a=b; c=d`, sent to the first origin only
    std::string cookie_file = {};  ///< Netscape or header format, read at the first request
    bool compressed = false;       ///< ask for and decode gzip, deflate, br, zstd as built
    unsigned max_redirects = 20;   ///< 0: a redirect is the answer
    duration connect_timeout = std::chrono::seconds(30);  ///< name, connection and TLS together
    duration stall_timeout = std::chrono::seconds(60);    ///< without a byte; zero: no limit
    std::size_t connections = 64;                         ///< kept open when idle
};

struct request {
    std::string url = {};
    std::string method = "GET";
    std::vector<header> headers = {};
    std::vector<std::string> without = {};  ///< names of headers that are not to be sent by default
    std::optional<std::string> body = std::nullopt;
};

/// Points on the way, each from the start of the last hop's attempt; absent when not reached, or
/// (dns, connect, tls) when a kept connection was used.
struct timings {
    std::optional<duration> dns = std::nullopt;
    std::optional<duration> connect = std::nullopt;
    std::optional<duration> tls = std::nullopt;
    std::optional<duration> first_byte = std::nullopt;
    std::optional<duration> total = std::nullopt;
};

/// What is known of an exchange; filled as far as it came, also when it fails.
struct exchange {
    int status = 0;            ///< 0: no answer
    std::string version = {};  ///< `1.1`, `2`
    std::string final_url = {};
    std::string ip = {};  ///< the peer's address
    bool reused = false;  ///< a kept connection
    unsigned redirects = 0;
    std::uint64_t bytes = 0;  ///< of the body, as given to the sink
    http::timings timings = {};
};

/// The head of an answer; valid during the call that gets it.
class GROVE_API answer_head {
 public:
    virtual ~answer_head();
    [[nodiscard]] virtual int status() const = 0;
    /// The last header of that name, in any case of letters.
    [[nodiscard]] virtual std::optional<std::string_view> find(std::string_view name) const = 0;
    [[nodiscard]] virtual std::vector<header> all() const = 0;
    /// Absent for chunked bodies.
    [[nodiscard]] virtual std::optional<std::uint64_t> content_length() const = 0;
};

/// What a sink wants after it was called.
struct flow {
    enum class action : std::uint8_t { go_on, pause, stop };
    action what = action::go_on;
    deadline resume_at = never;  ///< of a pause: the same piece comes again then
};

/// Where a body goes. Called on the hub: it must not park (a write(2) to a regular file is all
/// right). What it throws ends the transfer and is rethrown by `perform`.
class GROVE_API body_sink {
 public:
    body_sink() = default;
    body_sink(const body_sink&) = delete;
    body_sink& operator=(const body_sink&) = delete;
    virtual ~body_sink();
    /// Once, before the first byte; redirects that are followed are not shown.
    virtual flow on_head(const answer_head& head) = 0;
    /// At most 16 KiB. After a pause the same piece comes again.
    virtual flow on_body(std::string_view piece) = 0;

    /// Ends a pause early. Not from the two functions above.
    void resume();

 private:
    friend class transfer;
    transfer* fed_by_ = nullptr;
};

struct response {
    int status = 0;
    std::vector<header> headers;
    std::string body;
    exchange about;

    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
};

class GROVE_API client {
 public:
    explicit client(client_options options = {});
    client(client&&) noexcept;
    client& operator=(client&&) noexcept;
    ~client();

    /// Sends `what`, follows redirects, and gives the answer to `sink`. `about` is filled in any
    /// case.
    /// Throws: `http::error`; `std::system_error` when a descriptor or memory is missing; what the
    /// sink threw. A status of 400 and above is an answer, not an error.
    /// Interrupted: the connection is closed; what the sink has got stays with it.
    void perform(const request& what, body_sink& sink, exchange& about, deadline until = never);

    /// The whole answer in memory. Throws, besides: `http::error` (`stopped`) for a body above
    /// `max_body`.
    [[nodiscard]] response send(const request& what, deadline until = never,
                                std::size_t max_body = std::size_t{64} << 20);
    [[nodiscard]] response get(std::string url, deadline until = never);

 private:
    class state;
    std::unique_ptr<state> state_;
};

}  // namespace grove::http
