// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

/// A name server on 127.0.0.1 (UDP and TCP, one port) that answers as a test tells it to. One
/// thread with blocking sockets, joined by the destructor.

namespace grove_test {

enum class transport : std::uint8_t { udp, tcp };
enum class record_type : std::uint16_t { a = 1, aaaa = 28 };

struct dns_question {
    std::string name;
    record_type type;
    transport via;
};

/// What a question gets.
struct dns_reply {
    enum class trick : std::uint8_t { none, silence, truncated, wrong_id_first, garbage };
    std::vector<std::string> addresses = {};  ///< of the family that was asked for
    unsigned ttl = 60;
    unsigned code = 0;  ///< 0 no error, 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED
    trick how = trick::none;
    std::optional<unsigned> soa_minimum = {};  ///< an SOA record in the authority section
};

enum class pace : std::uint8_t {
    at_once,
    held,     ///< answers wait for `release`
    batched,  ///< answers wait until no question has come for 50 ms
};

class dns_script {
 public:
    using script = std::function<dns_reply(const dns_question&)>;

    explicit dns_script(script answer, pace speed = pace::at_once);
    dns_script(const dns_script&) = delete;
    dns_script& operator=(const dns_script&) = delete;
    ~dns_script();

    /// `127.0.0.1:PORT`.
    [[nodiscard]] std::string address() const;
    [[nodiscard]] std::size_t questions() const;
    [[nodiscard]] std::size_t over_tcp() const;
    /// The most questions that were unanswered at one time.
    [[nodiscard]] std::size_t most_waiting() const;
    /// Blocks the thread, for 20 s at most. Result: false when fewer came.
    bool wait_for(std::size_t questions);
    /// Answers what is held, and from now on at once.
    void release();

 private:
    struct packet {
        std::string bytes;
        std::string peer;  // a sockaddr_in
    };

    void serve();
    void take_udp();
    void take_tcp();
    void take_held();
    [[nodiscard]] std::vector<std::string> answers_to(const std::string& query, transport via);
    void send_udp(const packet& query);

    script answer_;
    pace pace_;
    int udp_ = -1;
    int listener_ = -1;
    int wake_[2] = {-1, -1};
    std::uint16_t port_ = 0;
    std::vector<packet> held_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::size_t questions_ = 0;     // guarded by mutex_
    std::size_t over_tcp_ = 0;      // guarded by mutex_
    std::size_t most_waiting_ = 0;  // guarded by mutex_
    std::thread thread_;
};

}  // namespace grove_test
