// SPDX-License-Identifier: MIT
#pragma once

#include "io/tls_owners.hpp"

#include <cstddef>
#include <list>
#include <mutex>
#include <string>

namespace grove::detail {

/// What a client can go on with: the latest sessions by the server's name and port. A ticket of
/// TLS 1.3 is given out once, so that nobody can tell two connections to be one client's (RFC 8446
/// appendix C.4); a session of TLS 1.2 stays.
/// Threads: any.
class tls_sessions {
 public:
    void put(const std::string& server, ssl_session_ptr session);
    /// Result: null when there is none that can be used.
    [[nodiscard]] ssl_session_ptr take(const std::string& server);

 private:
    static constexpr std::size_t most = 256;
    static constexpr std::size_t most_of_a_server = 4;

    struct entry {
        std::string server;
        ssl_session_ptr session;
    };

    std::mutex mutex_;
    std::list<entry> newest_first_;
};

}  // namespace grove::detail
