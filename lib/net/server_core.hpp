// SPDX-License-Identifier: MIT
#pragma once

#include <grove/detail/intrusive_list.hpp>
#include <grove/event.hpp>
#include <grove/greenlet.hpp>
#include <grove/http_server.hpp>

#include <array>
#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

namespace grove::http {

class server_output;
class session;

/// What the connections of an HTTP server share; lives as long as the last of them.
class server_core {
 public:
    server_core(http_server::handler answer, http_server_options options);
    server_core(const server_core&) = delete;
    server_core& operator=(const server_core&) = delete;
    ~server_core();

    [[nodiscard]] const http_server::handler& handler() const noexcept { return handler_; }

    [[nodiscard]] const http_server_options& options() const noexcept { return options_; }

    [[nodiscard]] const http_limits& limits() const noexcept { return options_.limits; }

    // --- the server's end ---
    [[nodiscard]] bool draining() const noexcept { return draining_; }

    void begin_to_drain() noexcept { draining_ = true; }

    void entered(session& one) noexcept;

    void close_idle() noexcept;

    // --- what each answer begins with ---
    /// The `Server` field, or nothing.
    [[nodiscard]] std::string_view server_line() const noexcept { return server_line_; }

    [[nodiscard]] std::string_view date_line() noexcept;

    // --- output ---
    /// Result: empty, with room for `server_output::large` bytes.
    [[nodiscard]] std::string take_buffer();
    /// Any string; one that is no such buffer is dropped.
    void give_back(std::string buffer) noexcept;
    void flush_soon(server_output& what);

 private:
    void flush_for_ever();

    http_server::handler handler_;
    http_server_options options_;
    std::string server_line_;
    std::string date_line_;
    std::time_t date_ = -1;
    bool draining_ = false;
    detail::intrusive_list<session> sessions_;
    std::vector<std::string> buffers_;
    detail::intrusive_list<server_output> unflushed_;
    event any_unflushed_;
    greenlet<void> flusher_;  // last: it uses the others
};

}  // namespace grove::http
