// SPDX-License-Identifier: MIT
#pragma once

#include "net/head_lines.hpp"

#include <grove/detail/intrusive_list.hpp>
#include <grove/detail/waiter.hpp>
#include <grove/http_client.hpp>
#include <grove/hub.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// libcurl's multi interface as a service of the hub, driven by the hub's descriptors and timers.
/// All calls into libcurl that can do work run on the hub's stack; its callbacks only fill buffers,
/// call the sink and mark what is done. `http_client.cpp` stands on this file and knows no libcurl.

namespace grove::http {

/// Addresses for libcurl's cache: the key is `host:port` as in the URL that is connected to.
struct known_host {
    std::string key;
    std::string addresses;  ///< `1.2.3.4,[::1]`, in the order to try
};

/// Of a transfer's receive buffer: 60 KiB or 512 KiB. The large one makes large bodies up to 1.7
/// times as fast, by fewer system calls.
enum class buffer_size : std::uint8_t { small, large };

/// One hop, as the client wants it.
struct hop {
    std::string url;
    std::string method;
    std::vector<header> headers;
    std::vector<std::string> without;
    std::optional<std::string> body;
    std::string proxy;             ///< empty: none
    bool send_credentials = true;  ///< user and cookies of the options
    bool follow = true;            ///< a redirect's body is not for the sink
    buffer_size buffer = buffer_size::small;
    bool share_connection = false;   ///< wait for a connection that speaks HTTP/2
    std::optional<known_host> host;  ///< none: literal address or Unix socket, nothing to look up
    duration connect_timeout{};
};

/// How a hop ended.
struct hop_result {
    int code = 0;              ///< libcurl's; 0 is well
    std::string text;          ///< libcurl's words for it
    std::string redirect_url;  ///< absolute; empty: no redirect
    int missing = 0;           ///< errno: no descriptor or memory; 0: none was missing
    bool stalled = false;
    std::exception_ptr thrown;  ///< by the sink
};

class curl_multi;

/// A request in the hands of libcurl: an easy handle that is used again and again.
class transfer : public detail::list_hook<transfer> {
 public:
    transfer(curl_multi& multi, const client_options& options);
    transfer(const transfer&) = delete;
    transfer& operator=(const transfer&) = delete;
    ~transfer();

    /// Runs a hop. Blocks until it has ended, or `until`. Result: false when `until` came first;
    /// like an interruption, that leaves the transfer only good for `curl_multi::abandon`.
    [[nodiscard]] bool run(hop next, body_sink& sink, deadline until);

    [[nodiscard]] const hop_result& result() const noexcept { return result_; }

    /// Adds what the last hop tells to `about`.
    void describe(exchange& about) const;
    [[nodiscard]] error_kind kind_of_failure() const noexcept;

 private:
    friend class curl_multi;
    friend class body_sink;
    class head_view;
    enum class stage : std::uint8_t { idle, queued, active };

    void apply_options(const client_options& options);
    void apply_tls(const client_options& options);
    void apply_hop();
    void apply_method();
    void apply_headers();
    void apply_host();
    void begin();
    void complete(int code) noexcept;
    void explain(int code);
    void watch_for_stall();
    [[nodiscard]] bool show_head();
    [[nodiscard]] bool follow(flow wish);
    void resume_soon();
    void resume();
    [[nodiscard]] bool is_followed_redirect() const;
    [[nodiscard]] std::string redirect_target() const;

    static std::size_t on_write(char* bytes, std::size_t, std::size_t count, void* self) noexcept;
    static std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* self) noexcept;
    static int on_resolve(void*, void*, void* self) noexcept;

    curl_multi& multi_;
    const client_options& options_;
    void* easy_;
    void* header_list_ = nullptr;
    void* resolve_list_ = nullptr;
    void* connect_to_list_ = nullptr;
    hop hop_;
    std::vector<header> sent_headers_;
    std::vector<std::string> sent_without_;
    head_lines head_;
    hop_result result_;
    body_sink* sink_ = nullptr;
    detail::waiter* waiting_ = nullptr;
    timed_call stall_check_;
    timed_call resume_call_;
    deadline last_progress_;
    std::uint64_t bytes_ = 0;
    std::uint64_t dropped_ = 0;
    std::int64_t uploaded_ = 0;
    stage stage_ = stage::idle;
    bool head_shown_ = false;
    bool paused_ = false;
    bool head_grew_ = false;  // since the last look for a stall
    bool abandoned_ = false;
    std::optional<buffer_size> buffer_;
    bool shaped_ = false;                 // method or body differ from a plain GET
    std::string pinned_;                  // key in the multi's table of hosts
    std::array<char, 256> error_text_{};  // CURL_ERROR_SIZE
};

class curl_multi {
 public:
    explicit curl_multi(hub& owner);
    curl_multi(const curl_multi&) = delete;
    curl_multi& operator=(const curl_multi&) = delete;
    ~curl_multi();

    [[nodiscard]] std::string describe() const;

    /// How many idle connections are kept: the largest wish of all clients.
    void keep_connections(std::size_t count);

    /// Takes a transfer whose waiter has gone. One that has not begun never will; libcurl lets go
    /// of the others at the hub's next turn.
    void abandon(std::unique_ptr<transfer> orphan);

 private:
    friend class transfer;

    struct host_entry {
        std::string addresses;
        std::size_t users = 0;
        std::uint64_t last_use = 0;
    };

    void enqueue(transfer& t);
    void start_queued();
    void drive(int descriptor, int events);
    void drive_timers();
    void collect();
    void nudge_failed_connects();
    void end_orphans();
    void pin(transfer& t);
    void unpin(transfer& t);
    [[nodiscard]] std::string evict();

    struct watched {
        watch at;
        bool ever_read = false;  ///< libcurl wanted to read: it was connected
    };

    watched& watch_socket(int fd, int what);

    static int on_socket(void* easy, int fd, int what, void* self, void* socket) noexcept;
    static int on_timer(void* multi, long milliseconds, void* self) noexcept;
    static int on_open(void* opener, int purpose, void* address) noexcept;
    static int on_close(void* self, int fd) noexcept;

    hub& hub_;
    void* multi_;
    std::unordered_map<int, watched> sockets_;
    timed_call timer_;
    bool timer_due_ = false;
    bool start_posted_ = false;
    detail::intrusive_list<transfer> queue_;
    std::vector<std::unique_ptr<transfer>> orphans_;
    std::vector<void*> failed_connects_;  // easy handles whose connect attempt was dropped
    std::unordered_map<std::string, host_entry> hosts_;
    std::uint64_t uses_ = 0;
    std::size_t active_ = 0;
    std::size_t kept_ = 0;
};

/// A hub's multi handles. libcurl hands on kept connections by the name of the host, so clients for
/// whom names mean different addresses must not share one.
class curl_multis final : public hub_service {
 public:
    explicit curl_multis(hub& owner) : hub_(owner) {}

    [[nodiscard]] std::string describe() const override;

    /// The one for clients with these options; it lives as long as the hub.
    [[nodiscard]] curl_multi& of(const client_options& options);

 private:
    hub& hub_;
    std::map<std::string, curl_multi> by_names_;
};

}  // namespace grove::http
