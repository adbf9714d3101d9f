// SPDX-License-Identifier: MIT
#include "cmd/pipe/listen_place.hpp"

namespace grove::cmd {

std::optional<std::string> parse_listen(std::string_view word, listen_place& into) {
    word.remove_prefix(word.find(':') + 1);
    const std::size_t mark = word.find('?');
    if (mark != std::string_view::npos) {
        const std::string_view wish = word.substr(mark + 1);
        if (wish != "until=closed") return "it knows one wish: ?until=closed";
        into.until_closed = true;
        word = word.substr(0, mark);
    }
    const bool is_short = word.starts_with(':');
    const auto at = grove::endpoint::parse((is_short ? "127.0.0.1" : "") + std::string(word));
    if (!at) return "is no address to listen at: listen:127.0.0.1:5000 or listen:unix:PATH";
    into.at = *at;
    return std::nullopt;
}

}  // namespace grove::cmd
