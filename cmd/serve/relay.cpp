// SPDX-License-Identifier: MIT
#include "cmd/serve/relay.hpp"

#include <grove/greenlet.hpp>

#include <string>
#include <string_view>
#include <system_error>

namespace grove::cmd {
namespace {

constexpr std::size_t room_size = std::size_t{32} << 10;

/// Result: false when one of both has failed.
bool pass_on(socket& from, socket& to) {
    try {
        std::string room(room_size, '\0');
        while (const std::size_t count = from.read_some(room))
            to.write_all(std::string_view(room.data(), count));
        to.shutdown_write();
        return true;
    } catch (const std::system_error&) {
        return false;  // who has gone is no error of ours
    }
}

}  // namespace

void relay(socket& one, socket& other) {
    const auto pass_or_end = [](socket& from, socket& to) {
        if (pass_on(from, to)) return;
        // The other direction waits on one of both.
        from.abort();
        to.abort();
    };
    auto back = spawn([&] { pass_or_end(other, one); });
    pass_or_end(one, other);
    back.join();
}

}  // namespace grove::cmd
