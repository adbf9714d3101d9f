// SPDX-License-Identifier: MIT
#include "tests/support/dns_script.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>

namespace grove_test {
namespace {

constexpr std::size_t header_size = 12;

void put16(std::string& out, unsigned value) {
    out += static_cast<char>(value >> 8 & 0xff);
    out += static_cast<char>(value & 0xff);
}

void put32(std::string& out, unsigned value) {
    put16(out, value >> 16);
    put16(out, value & 0xffffU);
}

/// For the root, whose names are a byte each.
void put_soa(std::string& out, unsigned ttl, unsigned minimum) {
    out += '\0';
    put16(out, 6);
    put16(out, 1);
    put32(out, ttl);
    put16(out, 2 + 5 * 4);
    out += std::string(2, '\0');
    for (unsigned i = 0; i < 4; ++i) put32(out, 1);
    put32(out, minimum);
}

/// The question section's length, its name in dots into `name`.
std::size_t read_name(const std::string& query, std::string& name) {
    std::size_t at = header_size;
    while (at < query.size() && query[at] != 0) {
        const auto length = static_cast<unsigned char>(query[at]);
        if (!name.empty()) name += '.';
        name += query.substr(at + 1, length);
        at += 1U + length;
    }
    return at + 1;
}

std::string address_bytes(const std::string& text, record_type type) {
    std::string raw(type == record_type::a ? 4 : 16, '\0');
    if (inet_pton(type == record_type::a ? AF_INET : AF_INET6, text.c_str(), raw.data()) != 1) {
        throw std::invalid_argument("not an address: " + text);
    }
    return raw;
}

int bound(int type, std::uint16_t port) {
    const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd >= 0 && ::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0) return fd;
    if (fd >= 0) ::close(fd);
    return -1;
}

std::uint16_t port_of(int fd) {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size);
    return ntohs(at.sin_port);
}

}  // namespace

dns_script::dns_script(script answer, pace speed) : answer_(std::move(answer)), pace_(speed) {
    constexpr int tries = 20;  // the UDP port may be taken on TCP
    for (int i = 0; i < tries && listener_ < 0; ++i) {
        if (udp_ >= 0) ::close(udp_);
        udp_ = bound(SOCK_DGRAM, 0);
        port_ = port_of(udp_);
        listener_ = bound(SOCK_STREAM, port_);
    }
    if (listener_ < 0 || ::listen(listener_, 16) != 0 || ::pipe2(wake_, O_CLOEXEC) != 0) {
        throw std::runtime_error("no port for the scripted name server");
    }
    thread_ = std::thread([this] { serve(); });
}

dns_script::~dns_script() {
    ::close(wake_[1]);
    thread_.join();
    for (const int fd : {udp_, listener_, wake_[0]}) ::close(fd);
}

std::string dns_script::address() const {
    return "127.0.0.1:" + std::to_string(port_);
}

std::size_t dns_script::questions() const {
    const std::lock_guard hold(mutex_);
    return questions_;
}

std::size_t dns_script::over_tcp() const {
    const std::lock_guard hold(mutex_);
    return over_tcp_;
}

std::size_t dns_script::most_waiting() const {
    const std::lock_guard hold(mutex_);
    return most_waiting_;
}

bool dns_script::wait_for(std::size_t questions) {
    std::unique_lock hold(mutex_);
    return changed_.wait_for(hold, std::chrono::seconds(20),
                             [&] { return questions_ >= questions; });
}

void dns_script::release() {
    const char byte = 'r';
    if (::write(wake_[1], &byte, 1) != 1) throw std::runtime_error("write to a pipe failed");
}

void dns_script::serve() {
    constexpr int quiet_ms = 50;
    for (;;) {
        std::array<pollfd, 3> at{
            pollfd{udp_, POLLIN, 0}, {listener_, POLLIN, 0}, {wake_[0], POLLIN, 0}};
        const bool gathering = pace_ == pace::batched && !held_.empty();
        if (::poll(at.data(), at.size(), gathering ? quiet_ms : -1) == 0) take_held();
        if ((at[0].revents & POLLIN) != 0) take_udp();
        if ((at[1].revents & POLLIN) != 0) take_tcp();
        if (at[2].revents == 0) continue;
        char byte = 0;
        if (::read(wake_[0], &byte, 1) != 1) return;
        pace_ = pace::at_once;
        take_held();
    }
}

void dns_script::take_udp() {
    packet query;
    query.bytes.resize(1500);
    query.peer.resize(sizeof(sockaddr_in));
    socklen_t size = sizeof(sockaddr_in);
    const ssize_t n = ::recvfrom(udp_, query.bytes.data(), query.bytes.size(), 0,
                                 reinterpret_cast<sockaddr*>(query.peer.data()), &size);
    if (n <= static_cast<ssize_t>(header_size)) return;
    query.bytes.resize(static_cast<std::size_t>(n));
    held_.push_back(std::move(query));
    {
        const std::lock_guard hold(mutex_);
        ++questions_;
        most_waiting_ = std::max(most_waiting_, held_.size());
        changed_.notify_all();
    }
    if (pace_ == pace::at_once) take_held();
}

void dns_script::take_held() {
    std::vector<packet> all;
    all.swap(held_);
    for (const packet& query : all) send_udp(query);
}

void dns_script::send_udp(const packet& query) {
    for (const std::string& bytes : answers_to(query.bytes, transport::udp)) {
        ::sendto(udp_, bytes.data(), bytes.size(), 0,
                 reinterpret_cast<const sockaddr*>(query.peer.data()), sizeof(sockaddr_in));
    }
}

/// One question a connection.
void dns_script::take_tcp() {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const timeval limit{10, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    std::array<unsigned char, 2> length{};
    std::string query;
    if (::recv(fd, length.data(), 2, MSG_WAITALL) == 2) {
        query.resize(length[0] * 256U + length[1]);
        if (::recv(fd, query.data(), query.size(), MSG_WAITALL) < 1) query.clear();
    }
    if (query.size() > header_size) {
        {
            const std::lock_guard hold(mutex_);
            ++over_tcp_;
        }
        for (const std::string& bytes : answers_to(query, transport::tcp)) {
            std::string framed;
            put16(framed, static_cast<unsigned>(bytes.size()));
            framed += bytes;
            ::send(fd, framed.data(), framed.size(), MSG_NOSIGNAL);
        }
    }
    ::close(fd);
}

std::vector<std::string> dns_script::answers_to(const std::string& query, transport via) {
    dns_question asked{{}, record_type::a, via};
    const std::size_t type_at = read_name(query, asked.name);
    if (type_at + 4 > query.size()) return {};
    for (char& c : asked.name) {
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    asked.type = query[type_at + 1] == 28 ? record_type::aaaa : record_type::a;
    const dns_reply reply = answer_(asked);
    using trick = dns_reply::trick;
    if (reply.how == trick::silence) return {};
    const bool cut = reply.how == trick::truncated && via == transport::udp;
    std::string out = query.substr(0, 2);
    put16(out, 0x8180U | (cut ? 0x0200U : 0U) | reply.code);
    put16(out, 1);
    put16(out, cut ? 0U : static_cast<unsigned>(reply.addresses.size()));
    put16(out, reply.soa_minimum ? 1 : 0);
    put16(out, 0);
    out += query.substr(header_size, type_at + 4 - header_size);
    if (reply.how == trick::garbage) return {out + "\xc0"};  // a record that ends in its name
    for (const std::string& text : cut ? std::vector<std::string>() : reply.addresses) {
        const std::string raw = address_bytes(text, asked.type);
        put16(out, 0xc000U + header_size);
        put16(out, static_cast<unsigned>(asked.type));
        put16(out, 1);
        put32(out, reply.ttl);
        put16(out, static_cast<unsigned>(raw.size()));
        out += raw;
    }
    if (reply.soa_minimum) put_soa(out, reply.ttl, *reply.soa_minimum);
    if (reply.how != trick::wrong_id_first) return {out};
    std::string wrong = out;
    wrong[0] = static_cast<char>(wrong[0] ^ 0x55);
    wrong.back() = static_cast<char>(wrong.back() ^ 0x55);  // another address: taking it shows
    return {wrong, out};
}

}  // namespace grove_test
