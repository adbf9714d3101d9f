// SPDX-License-Identifier: MIT
#include "io/name_server.hpp"

#include "io/negative_answer.hpp"

#include <ares.h>

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <sys/time.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <new>
#include <span>
#include <utility>

namespace grove::dns {
namespace {

constexpr std::size_t most_addresses = 64;
// RFC 2308 section 5: no cache should keep what does not say for how long. Just long enough that
// many who ask at once are one question.
constexpr std::chrono::seconds without_soa{1};

void initialise_cares() {
    static std::once_flag once;
    std::call_once(once, [] { ares_library_init(ARES_LIB_INIT_ALL); });
}

errc error_of(int status) noexcept {
    switch (status) {
        case ARES_ENOTFOUND:
            return errc::not_found;
        case ARES_ENODATA:
            return errc::no_data;
        case ARES_ESERVFAIL:
            return errc::server_failure;
        case ARES_ENOTIMP:
        case ARES_EREFUSED:
        case ARES_ECONNREFUSED:
            return errc::refused;
        case ARES_ETIMEOUT:
        case ARES_EDESTRUCTION:
        case ARES_ECANCELLED:
            return errc::timed_out;
        case ARES_EBADNAME:
            return errc::bad_name;
        default:
            return errc::malformed;
    }
}

void set_shortest(reply& r, int ttl) {
    const duration seconds = std::chrono::seconds(std::max(ttl, 0));
    r.ttl = r.addresses.size() == 1 ? seconds : std::min(r.ttl, seconds);
}

reply read_a(const unsigned char* bytes, int size) {
    std::array<ares_addrttl, most_addresses> found{};
    int count = found.size();
    reply r;
    const int status = ares_parse_a_reply(bytes, size, nullptr, found.data(), &count);
    if (status != ARES_SUCCESS) {
        r.error = error_of(status);
        return r;
    }
    for (int i = 0; i < count; ++i) {
        const ares_addrttl& one = found.at(static_cast<std::size_t>(i));
        std::array<std::uint8_t, 4> raw{};
        std::copy_n(reinterpret_cast<const std::uint8_t*>(&one.ipaddr), raw.size(), raw.begin());
        r.addresses.emplace_back(raw);
        set_shortest(r, one.ttl);
    }
    if (r.addresses.empty()) r.error = errc::no_data;
    return r;
}

reply read_aaaa(const unsigned char* bytes, int size) {
    std::array<ares_addr6ttl, most_addresses> found{};
    int count = found.size();
    reply r;
    const int status = ares_parse_aaaa_reply(bytes, size, nullptr, found.data(), &count);
    if (status != ARES_SUCCESS) {
        r.error = error_of(status);
        return r;
    }
    for (int i = 0; i < count; ++i) {
        const ares_addr6ttl& one = found.at(static_cast<std::size_t>(i));
        std::array<std::uint8_t, 16> raw{};
        std::copy_n(reinterpret_cast<const std::uint8_t*>(&one.ip6addr), raw.size(), raw.begin());
        r.addresses.emplace_back(raw);
        set_shortest(r, one.ttl);
    }
    if (r.addresses.empty()) r.error = errc::no_data;
    return r;
}

/// With ARES_FLAG_NOCHECKRESP the answer comes as it is, whatever its return code says.
int return_code(const unsigned char* bytes, int size) noexcept {
    if (size < NS_HFIXEDSZ) return ARES_EBADRESP;
    switch (bytes[3] & 0x0f) {
        case ns_r_noerror:
            return ARES_SUCCESS;
        case ns_r_nxdomain:
            return ARES_ENOTFOUND;
        case ns_r_servfail:
            return ARES_ESERVFAIL;
        case ns_r_refused:
            return ARES_EREFUSED;
        case ns_r_notimpl:
            return ARES_ENOTIMP;
        default:
            return ARES_EFORMERR;
    }
}

ares_channel make_channel(void* self, ares_sock_state_cb on_socket) {
    ares_options options{};
    options.flags =
        ARES_FLAG_STAYOPEN | ARES_FLAG_NOCHECKRESP | ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
    options.timeout = static_cast<int>(
        std::chrono::duration_cast<std::chrono::milliseconds>(name_server::patience).count());
    options.tries = 1;
    options.socket_receive_buffer_size = 1 << 20;
    options.sock_state_cb = on_socket;
    options.sock_state_cb_data = self;
    char lookups[] = "b";
    options.lookups = lookups;
    ares_channel channel = nullptr;
    const int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_RCVBUF |
                     ARES_OPT_SOCK_STATE_CB | ARES_OPT_LOOKUPS;
    if (ares_init_options(&channel, &options, mask) != ARES_SUCCESS) throw std::bad_alloc();
    return channel;
}

}  // namespace

name_server::name_server(hub& owner, std::string address)
    : hub_(owner), address_(std::move(address)) {
    initialise_cares();
    channel_ = make_channel(this, on_socket);
    auto* channel = static_cast<ares_channel>(channel_);
    if (ares_set_servers_ports_csv(channel, address_.c_str()) != ARES_SUCCESS) {
        ares_destroy(channel);
        throw std::system_error(errc::bad_server, "name server " + address_);
    }
    timer_ = hub_.call_at(
        never, [this] { process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); }, keep_alive::yes);
}

name_server::~name_server() {
    closing_ = true;
    waiting_.clear();
    ares_destroy(static_cast<ares_channel>(channel_));
}

void name_server::ask(std::string name, record type, callback done) {
    auto q = std::make_unique<question>(question{this, std::move(name), type, std::move(done)});
    if (in_flight_ >= window_) {
        waiting_.push_back(std::move(q));
        return;
    }
    send(std::move(q));
    if (!timer_.pending()) rearm();  // all have the same patience: the first sent runs out first
}

void name_server::send(std::unique_ptr<question> q) {
    ++in_flight_;
    const int type = q->type == record::a ? ns_t_a : ns_t_aaaa;
    question* raw = q.release();  // on_answer takes it back; c-ares calls it exactly once
    ares_query(static_cast<ares_channel>(channel_), raw->name.c_str(), ns_c_in, type, on_answer,
               raw);
}

void name_server::on_answer(void* argument, int status, int, unsigned char* bytes,
                            int size) noexcept {
    const std::unique_ptr<question> q(static_cast<question*>(argument));
    reply r;
    if (status == ARES_SUCCESS && bytes != nullptr) status = return_code(bytes, size);
    if (status != ARES_SUCCESS)
        r.error = error_of(status);
    else
        r = q->type == record::a ? read_a(bytes, size) : read_aaaa(bytes, size);
    if (r.error == errc::not_found || r.error == errc::no_data) {
        const std::span message(bytes, static_cast<std::size_t>(std::max(size, 0)));
        r.ttl = negative_ttl(message).value_or(without_soa);
    }
    q->server->answered(*q, r);
}

void name_server::answered(question& q, const reply& r) {
    --in_flight_;
    if (closing_) return;
    judge(r);
    // Callbacks only wake greenlets and start other queries; what they throw has no one to go to.
    q.done(r);
    send_waiting();
}

void name_server::judge(const reply& r) {
    const bool silent = r.error == errc::timed_out || r.error == errc::refused;
    suspect_until_ = silent ? deadline(suspicion) : deadline::at(duration::min() / 4);
    if (r.error == errc::timed_out)
        window_ = std::max(window_ / 2, narrowest);
    else if (window_ < widest)
        ++window_;
}

void name_server::send_waiting() {
    if (std::exchange(sending_, true)) return;  // an answer may come while a question is sent
    while (in_flight_ < window_ && !waiting_.empty()) {
        std::unique_ptr<question> next = std::move(waiting_.front());
        waiting_.pop_front();
        send(std::move(next));
    }
    sending_ = false;
}

void name_server::process(int readable, int writable) {
    ares_process_fd(static_cast<ares_channel>(channel_), readable, writable);
    rearm();
}

/// ares_timeout counts in whole milliseconds, rounded down, and gives 0 for the last of them: one
/// is added, or the hub would spin.
void name_server::rearm() {
    timeval left{};
    if (in_flight_ == 0 ||
        ares_timeout(static_cast<ares_channel>(channel_), nullptr, &left) == nullptr) {
        timer_.cancel();
        return;
    }
    timer_.set(std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec) +
               std::chrono::milliseconds(1));
}

void name_server::on_socket(void* self, int fd, int readable, int writable) noexcept {
    auto& me = *static_cast<name_server*>(self);
    const auto found = me.sockets_.find(fd);
    if (readable == 0 && writable == 0) {
        if (found != me.sockets_.end()) me.sockets_.erase(found);
        return;
    }
    const readiness wanted = (readable != 0 ? readiness::read : readiness::none) |
                             (writable != 0 ? readiness::write : readiness::none);
    if (found != me.sockets_.end()) {
        found->second.set_interest(wanted);
        return;
    }
    auto ready = [&me, fd](readiness seen) {
        me.process(includes(seen, readiness::read) ? fd : ARES_SOCKET_BAD,
                   includes(seen, readiness::write) ? fd : ARES_SOCKET_BAD);
    };
    me.sockets_.emplace(fd, me.hub_.watch_fd(fd, wanted, std::move(ready), keep_alive::no));
}

}  // namespace grove::dns
