// SPDX-License-Identifier: MIT
#include "cmd/pipe/redis/redis_reply.hpp"

#include <charconv>

namespace grove::cmd {

const redis_reply* field_of(const redis_reply& list, std::string_view name) noexcept {
    for (std::size_t i = 0; i + 1 < list.items.size(); i += 2) {
        if (list.items[i].text == name) return &list.items[i + 1];
    }
    return nullptr;
}

void append_command(std::string& to, const std::vector<std::string_view>& words) {
    to += '*' + std::to_string(words.size()) + "\r\n";
    for (const std::string_view word : words) {
        to += '$' + std::to_string(word.size()) + "\r\n";
        to += word;
        to += "\r\n";
    }
}

namespace redis_detail {

void throw_malformed() {
    throw stage_failed("redis: the server has sent what is no reply");
}

std::int64_t number_of(std::string_view line) {
    std::int64_t number = 0;
    const char* const end = line.data() + line.size();
    const auto [stop, error] = std::from_chars(line.data() + 1, end, number);
    if (error != std::errc() || stop != end) throw_malformed();
    return number;
}

}  // namespace redis_detail

}  // namespace grove::cmd
