// SPDX-License-Identifier: MIT
#include "cmd/bench/load/load_peer.hpp"
#include "cmd/common/dns_message.hpp"

#include <grove/datagram_socket.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <system_error>

namespace grove::cmd {
namespace {

constexpr std::size_t longest_answer = 4096;

class peer final : public load_peer {
 public:
    explicit peer(const endpoint& server) : to_(datagram_socket::connected(server)) {}

    load_answer ask(std::string_view request, deadline until) override {
        query_ = request;
        ++number_;
        query_[0] = static_cast<char>(number_ >> 8);
        query_[1] = static_cast<char>(number_ & 0xff);
        to_.send(query_, until);
        for (;;) {
            const datagram got = to_.receive(std::span(into_), until);
            const auto header = read_dns_header({into_.data(), got.size});
            if (!header || !header->is_answer) {
                throw std::system_error(std::make_error_code(std::errc::bad_message),
                                        "what came back is no DNS answer");
            }
            if (header->number != number_) continue;
            const deadline now = deadline::now();
            return {
                .status = header->code, .bytes_in = got.size, .first_byte = now, .last_byte = now};
        }
    }

 private:
    datagram_socket to_;
    std::string query_;
    std::uint16_t number_ = 0;
    std::array<char, longest_answer> into_;
};

}  // namespace

std::unique_ptr<load_peer> dns_peer(const endpoint& server) {
    return std::make_unique<peer>(server);
}

}  // namespace grove::cmd
