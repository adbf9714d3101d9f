// SPDX-License-Identifier: MIT
#include "cmd/serve/chat_socket.hpp"

#include "cmd/common/json_text.hpp"
#include "cmd/serve/chat.hpp"

#include <grove/greenlet.hpp>

#include <chrono>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

/// Who takes no message for so long has gone.
constexpr duration longest_send = 20s;
/// A user is asked for a sign of life when nothing has been said for so long.
constexpr duration quiet = 30s;

}  // namespace

std::string chat_json(const chat_message& message) {
    return json_object()
        .add("id", message.id)
        .add("user", message.user)
        .add("text", message.text)
        .text();
}

chat_socket::chat_socket(websocket peer, chat_room& room, std::uint64_t seen)
    : peer_(std::move(peer)), room_(room), seen_(seen) {}

void chat_socket::run(const std::function<void(std::string_view)>& say) {
    const greenlet<void> teller = spawn([this] { tell(); });
    while (const auto got = peer_.receive()) {
        ++heard_;
        if (is_chat_text(got->data) && got->kind == websocket_kind::text) {
            say(got->data);
        } else {
            peer_.send(R"({"error":"a message is a text of 4 KiB at most, and not blank"})",
                       longest_send);
        }
    }
}

/// A user who cannot be told is no error: the connection ends, and with it `run`.
void chat_socket::tell() {
    try {
        for (;;) {
            while (const chat_message* const next = room_.after(seen_)) {
                seen_ = next->id;
                peer_.send(chat_json(*next), longest_send);
            }
            if (room_.closed()) {
                peer_.close(1001, "the server ends");
                return;
            }
            if (!room_.wait(seen_, quiet) && !room_.closed() && !still_there()) break;
        }
    } catch (const std::system_error&) {  // he has gone, or is too slow
    }
    peer_.abort();
}

/// Whether he has given a sign since he was asked last; asks him again.
bool chat_socket::still_there() {
    const std::uint64_t signs = heard_ + peer_.pongs();
    if (std::exchange(asked_, true) && signs == signs_) return false;
    signs_ = signs;
    peer_.ping({}, longest_send);
    return true;
}

}  // namespace grove::cmd
