// SPDX-License-Identifier: MIT
#include "cmd/bench/load/load_peer.hpp"

#include <grove/http_connection.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

/// Larger messages are sent in pieces of this size, or an echo that answers while it reads would
/// wait for this side, and this side for it.
constexpr std::size_t piece = std::size_t{16} << 10;

class peer final : public load_peer {
 public:
    explicit peer(socket connected) : to_(std::move(connected)) {}

    load_answer ask(std::string_view request, deadline until) override {
        load_answer got{.bytes_in = request.size()};
        for (std::size_t begin = 0; begin < request.size(); begin += piece) {
            const std::string_view part = request.substr(begin, piece);
            to_.write_all(part, until);
            expect(part, got, until);
        }
        return got;
    }

 private:
    void expect(std::string_view sent, load_answer& got, deadline until) {
        while (!sent.empty()) {
            const std::size_t wanted = std::min(sent.size(), into_.size());
            const std::size_t count = to_.read_some(std::span(into_.data(), wanted), until);
            got.last_byte = deadline::now();
            if (count == 0) {
                const bool begun = !got.first_byte.is_never();
                throw std::system_error(begun ? http_errc::truncated : http_errc::closed, "echo");
            }
            if (got.first_byte.is_never()) got.first_byte = got.last_byte;
            if (sent.substr(0, count) != std::string_view(into_.data(), count)) {
                throw std::system_error(std::make_error_code(std::errc::bad_message),
                                        "what came back is not what was sent");
            }
            sent.remove_prefix(count);
        }
    }

    socket to_;
    std::array<char, piece> into_;
};

}  // namespace

std::unique_ptr<load_peer> echo_peer(socket connected) {
    return std::make_unique<peer>(std::move(connected));
}

}  // namespace grove::cmd
