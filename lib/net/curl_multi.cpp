// SPDX-License-Identifier: MIT
#include "net/curl_multi.hpp"

#include <curl/curl.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <new>
#include <utility>

/// The multi handle: sockets, timers, the queue of starts, the cache of addresses. What one easy
/// handle does is in `curl_transfer.cpp`.

namespace grove::http {
namespace {

constexpr std::size_t remembered_hosts = 64;  // libcurl walks all of them after each transfer
constexpr int timer_rounds = 8;               // then other greenlets get their turn

void initialise_libcurl() {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

readiness interest_of(int what) noexcept {
    switch (what) {
        case CURL_POLL_IN:
            return readiness::read;
        case CURL_POLL_OUT:
            return readiness::write;
        case CURL_POLL_INOUT:
            return readiness::both;
        default:
            return readiness::none;
    }
}

}  // namespace

curl_multi::curl_multi(hub& owner) : hub_(owner), multi_(nullptr) {
    initialise_libcurl();
    multi_ = curl_multi_init();
    if (multi_ == nullptr) throw std::bad_alloc();
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    timer_ = hub_.call_at(
        never, [this] { drive(CURL_SOCKET_TIMEOUT, 0); }, keep_alive::no);
}

curl_multi::~curl_multi() {
    end_orphans();
    curl_multi_cleanup(multi_);  // closes kept connections through on_close
}

std::string curl_multi::describe() const {
    return std::to_string(active_) + " transfers, " + std::to_string(sockets_.size()) +
           " connections";
}

std::string curl_multis::describe() const {
    std::string text = "http client: ";
    for (const auto& [names, multi] : by_names_) {
        if (&multi != &by_names_.begin()->second) text += "; ";
        text += multi.describe();
    }
    return text;
}

curl_multi& curl_multis::of(const client_options& options) {
    std::string names = std::to_string(static_cast<int>(options.family));
    names += options.system_dns ? "system" : "grove";
    for (const std::string& entry : options.resolve) names += " " + entry;
    for (const std::string& server : options.dns_servers) names += " @" + server;
    return by_names_.try_emplace(names, hub_).first->second;
}

void curl_multi::keep_connections(std::size_t count) {
    if (count <= kept_) return;
    kept_ = count;
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(count));
}

// --- starting and ending transfers ---

void curl_multi::enqueue(transfer& t) {
    t.stage_ = transfer::stage::queued;
    queue_.push_back(t);
    hub_.hold();
    if (std::exchange(start_posted_, true)) return;
    hub_.post([this] { start_queued(); });
}

void curl_multi::start_queued() {
    start_posted_ = false;
    while (transfer* t = queue_.pop_front()) {
        t->begin();
        t->stage_ = transfer::stage::active;
        ++active_;
        const CURLMcode code = curl_multi_add_handle(multi_, t->easy_);
        if (code != CURLM_OK) t->complete(CURLE_OUT_OF_MEMORY);
    }
    drive_timers();
}

void curl_multi::drive(int descriptor, int events) {
    int running = 0;
    curl_multi_socket_action(multi_, descriptor, events, &running);
    drive_timers();
}

void curl_multi::drive_timers() {
    int running = 0;
    for (int round = 0; round < timer_rounds; ++round) {
        nudge_failed_connects();
        if (!std::exchange(timer_due_, false)) break;
        curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
    }
    collect();
    if (timer_due_) timer_.set(duration::zero());
}

void curl_multi::collect() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        transfer* t = nullptr;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
        t->complete(message->data.result);
    }
}

/// libcurl 7.88 forgets to go on when a connect attempt fails while it waits for descriptors: the
/// next address is tried when the connect timeout is half over, or never. A pause that is taken
/// back at once makes it look again now.
void curl_multi::nudge_failed_connects() {
    for (void* easy : std::exchange(failed_connects_, {})) {
        transfer* t = nullptr;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &t);
        if (t == nullptr || t->stage_ != transfer::stage::active) continue;
        curl_easy_pause(easy, CURLPAUSE_SEND);
        curl_easy_pause(easy, CURLPAUSE_CONT);
    }
}

void curl_multi::abandon(std::unique_ptr<transfer> orphan) {
    orphan->abandoned_ = true;
    orphan->waiting_ = nullptr;
    orphan->sink_ = nullptr;
    if (orphan->stage_ == transfer::stage::queued) {
        orphan->complete(CURLE_ABORTED_BY_CALLBACK);
        return;
    }
    orphans_.push_back(std::move(orphan));
    if (orphans_.size() == 1) hub_.post([this] { end_orphans(); });
}

void curl_multi::end_orphans() {
    for (const std::unique_ptr<transfer>& t : std::exchange(orphans_, {})) {
        if (t->stage_ != transfer::stage::idle) t->complete(CURLE_ABORTED_BY_CALLBACK);
    }
}

// --- the cache of addresses ---

void curl_multi::pin(transfer& t) {
    const known_host& wanted = *t.hop_.host;
    host_entry& entry = hosts_[wanted.key];
    ++entry.users;
    entry.last_use = ++uses_;
    t.pinned_ = wanted.key;
    if (entry.addresses == wanted.addresses) return;
    entry.addresses = wanted.addresses;
    curl_slist* list = nullptr;
    if (const std::string old = evict(); !old.empty()) {
        list = curl_slist_append(list, ("-" + old).c_str());
    }
    list = curl_slist_append(list, (wanted.key + ':' + wanted.addresses).c_str());
    t.resolve_list_ = list;
    curl_easy_setopt(t.easy_, CURLOPT_RESOLVE, list);
}

void curl_multi::unpin(transfer& t) {
    if (t.pinned_.empty()) return;
    --hosts_[std::exchange(t.pinned_, {})].users;
    if (t.resolve_list_ == nullptr) return;
    curl_easy_setopt(t.easy_, CURLOPT_RESOLVE, nullptr);
    curl_slist_free_all(static_cast<curl_slist*>(std::exchange(t.resolve_list_, nullptr)));
}

/// Forgets the host that was unused for longest, once there are too many. Result: its key.
std::string curl_multi::evict() {
    if (hosts_.size() <= remembered_hosts) return {};
    auto oldest = hosts_.end();
    for (auto at = hosts_.begin(); at != hosts_.end(); ++at) {
        if (at->second.users != 0) continue;
        if (oldest == hosts_.end() || at->second.last_use < oldest->second.last_use) oldest = at;
    }
    if (oldest == hosts_.end()) return {};
    std::string key = oldest->first;
    hosts_.erase(oldest);
    return key;
}

// --- libcurl's callbacks: they note, and never call back into libcurl ---

int curl_multi::on_socket(void* easy, int fd, int what, void* self, void*) noexcept {
    auto& me = *static_cast<curl_multi*>(self);
    const auto found = me.sockets_.find(fd);
    if (what == CURL_POLL_REMOVE) {
        if (found == me.sockets_.end()) return 0;
        if (!found->second.ever_read) me.failed_connects_.push_back(easy);
        found->second.at.set_interest(readiness::none);  // kept registered for the next request
        return 0;
    }
    try {
        watched& socket = found != me.sockets_.end() ? found->second : me.watch_socket(fd, what);
        socket.at.set_interest(interest_of(what));
        socket.ever_read = socket.ever_read || (what & CURL_POLL_IN) != 0;
    } catch (const std::exception&) {
        return -1;  // libcurl fails the transfers of this multi
    }
    return 0;
}

curl_multi::watched& curl_multi::watch_socket(int fd, int what) {
    auto ready = [this, fd](readiness seen) {
        int events = 0;
        if (includes(seen, readiness::read)) events |= CURL_CSELECT_IN;
        if (includes(seen, readiness::write)) events |= CURL_CSELECT_OUT;
        drive(fd, events);
    };
    watch at = hub_.watch_fd(fd, interest_of(what), std::move(ready), keep_alive::no);
    return sockets_.emplace(fd, watched{std::move(at)}).first->second;
}

int curl_multi::on_timer(void*, long milliseconds, void* self) noexcept {
    auto& me = *static_cast<curl_multi*>(self);
    me.timer_due_ = milliseconds == 0;
    if (milliseconds > 0)
        me.timer_.set(std::chrono::milliseconds(milliseconds));
    else
        me.timer_.cancel();
    return 0;
}

int curl_multi::on_open(void* opener, int, void* address) noexcept {
    const auto& wanted = *static_cast<const curl_sockaddr*>(address);
    const int fd = ::socket(wanted.family, wanted.socktype | SOCK_CLOEXEC, wanted.protocol);
    const bool missing = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (fd < 0 && missing) static_cast<transfer*>(opener)->result_.missing = errno;
    return fd;
}

int curl_multi::on_close(void* self, int fd) noexcept {
    auto& me = *static_cast<curl_multi*>(self);
    if (const auto found = me.sockets_.find(fd); found != me.sockets_.end()) {
        me.sockets_.erase(found);  // the watch ends before its descriptor
    }
    return ::close(fd);
}

}  // namespace grove::http
