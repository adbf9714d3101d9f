// SPDX-License-Identifier: MIT
#pragma once

#include <grove/dns.hpp>
#include <grove/hub.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

/// One name server, asked through a c-ares channel of its own: that gives the true return code, a
/// window and a health record for each server, and leaves the choice between servers to us.
/// c-ares is known to `name_server.cpp` alone.

namespace grove::dns {

enum class record : std::uint8_t { a, aaaa };

/// What one query to one server brought.
struct reply {
    std::error_code error;
    std::vector<ip_address> addresses;
    duration ttl{};  ///< the shortest of the addresses', or of a definite error
};

class name_server {
 public:
    using callback = detail::unique_function<void(const reply&)>;

    /// Throws: `std::system_error` (`errc::bad_server`).
    name_server(hub& owner, std::string address);
    name_server(const name_server&) = delete;
    name_server& operator=(const name_server&) = delete;
    ~name_server();

    /// Asks once; a truncated answer is asked for again over TCP. `done` runs on the hub, possibly
    /// before this returns. Beyond the window, questions wait here for their turn.
    void ask(std::string name, record type, callback done);

    [[nodiscard]] const std::string& address() const noexcept { return address_; }

    [[nodiscard]] bool is_suspect() const noexcept { return !suspect_until_.expired(); }

    [[nodiscard]] bool is_idle() const noexcept { return in_flight_ == 0 && waiting_.empty(); }

    /// How long a server has to answer one query.
    static constexpr duration patience = std::chrono::milliseconds(1500);
    /// How long one that did not is asked last.
    static constexpr duration suspicion = std::chrono::seconds(30);

 private:
    struct question {
        name_server* server;
        std::string name;
        record type;
        callback done;
    };

    void send(std::unique_ptr<question> q);
    void answered(question& q, const reply& r);
    void send_waiting();
    void judge(const reply& r);
    void process(int readable, int writable);
    void rearm();

    static void on_answer(void* argument, int status, int timeouts, unsigned char* bytes,
                          int size) noexcept;
    static void on_socket(void* self, int fd, int readable, int writable) noexcept;

    // In flight at once: more would overflow the default socket buffer of 208 KiB, and each loss
    // costs `patience`. Halved when one is lost.
    static constexpr std::size_t widest = 100;
    static constexpr std::size_t narrowest = 8;

    hub& hub_;
    std::string address_;
    void* channel_ = nullptr;
    std::unordered_map<int, watch> sockets_;
    timed_call timer_;
    std::deque<std::unique_ptr<question>> waiting_;
    std::size_t in_flight_ = 0;
    std::size_t window_ = widest;
    deadline suspect_until_ = deadline::at(duration::min() / 4);
    bool sending_ = false;
    bool closing_ = false;
};

}  // namespace grove::dns
