// SPDX-License-Identifier: MIT
#include "io/tls_sessions.hpp"

#include <ctime>
#include <utility>

namespace grove::detail {
namespace {

bool usable(const SSL_SESSION* session) {
    const long left = SSL_SESSION_get_time(session) + SSL_SESSION_get_timeout(session) -
                      static_cast<long>(std::time(nullptr));
    return left > 0 && SSL_SESSION_is_resumable(session) == 1;
}

}  // namespace

void tls_sessions::put(const std::string& server, ssl_session_ptr session) {
    std::list<entry> made;
    made.push_back({server, std::move(session)});
    const std::lock_guard hold(mutex_);
    newest_first_.splice(newest_first_.begin(), made);
    std::size_t of_server = 0;
    newest_first_.remove_if(
        [&](const entry& e) { return e.server == server && ++of_server > most_of_a_server; });
    if (newest_first_.size() > most) newest_first_.pop_back();
}

ssl_session_ptr tls_sessions::take(const std::string& server) {
    const std::lock_guard hold(mutex_);
    newest_first_.remove_if([](const entry& e) { return !usable(e.session.get()); });
    for (auto at = newest_first_.begin(); at != newest_first_.end(); ++at) {
        if (at->server != server) continue;
        ssl_session_ptr found = std::move(at->session);
        if (SSL_SESSION_get_protocol_version(found.get()) < TLS1_3_VERSION) {
            SSL_SESSION_up_ref(found.get());
            at->session.reset(found.get());
        } else {
            newest_first_.erase(at);
        }
        return found;
    }
    return nullptr;
}

}  // namespace grove::detail
