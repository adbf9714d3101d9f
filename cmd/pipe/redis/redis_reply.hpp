// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/stage.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a Redis server is told and answers: the protocol RESP, version 2.

namespace grove::cmd {

struct redis_reply {
    enum class kind : unsigned char { null, status, error, number, text, array };

    kind what = kind::null;
    std::string text = {};  ///< of status, error and text
    std::int64_t number = 0;
    std::vector<redis_reply> items = {};

    [[nodiscard]] bool is_error(std::string_view code) const noexcept {
        return what == kind::error && text.starts_with(code);
    }
};

/// What stands behind `name` in a list of names and values by turns; null: nothing.
[[nodiscard]] const redis_reply* field_of(const redis_reply& list, std::string_view name) noexcept;

/// Appends a command: an array of texts.
void append_command(std::string& to, const std::vector<std::string_view>& words);

namespace redis_detail {

constexpr std::size_t longest_line = std::size_t{64} << 10;
constexpr std::int64_t longest_text = std::int64_t{512} << 20;
constexpr std::int64_t most_items = 1 << 20;
constexpr unsigned deepest = 8;

[[noreturn]] void throw_malformed();

/// `$12`, `*3`, `:7`: what stands behind the sign. Throws: `stage_failed` for what is no number.
[[nodiscard]] std::int64_t number_of(std::string_view line);

/// A line without its end, with its sign.
template <class Stream>
std::string read_line(Stream& from) {
    std::string line = from.read_line(longest_line);
    if (line.size() < 3 || !line.ends_with("\r\n")) throw_malformed();
    line.resize(line.size() - 2);
    return line;
}

template <class Stream>
std::string read_text(Stream& from, std::int64_t size) {
    if (size > longest_text) throw_malformed();
    std::string text(static_cast<std::size_t>(size) + 2, '\0');
    from.read_exactly(text);
    if (!text.ends_with("\r\n")) throw_malformed();
    text.resize(text.size() - 2);
    return text;
}

}  // namespace redis_detail

/// The next reply of a stream that has `std::string read_line(std::size_t longest)`, with the line
/// feed and empty at the end, and `read_exactly(std::string&)`, which fills it.
/// Throws: `stage_failed` for what is no reply; what the stream throws.
template <class Stream>
[[nodiscard]] redis_reply read_reply(Stream& from, unsigned depth = 0) {
    using namespace redis_detail;
    using kind = redis_reply::kind;
    std::string line = read_line(from);
    switch (line.front()) {
        case '+':
            return {.what = kind::status, .text = line.substr(1)};
        case '-':
            return {.what = kind::error, .text = line.substr(1)};
        case ':':
            return {.what = kind::number, .number = number_of(line)};
        case '$': {
            const std::int64_t size = number_of(line);
            if (size < 0) return {};
            return {.what = kind::text, .text = read_text(from, size)};
        }
        case '*':
            break;
        default:
            throw_malformed();
    }
    const std::int64_t size = number_of(line);
    if (size < 0) return {};
    if (size > most_items || depth == deepest) throw_malformed();
    redis_reply array{.what = kind::array};
    for (std::int64_t i = 0; i < size; ++i) array.items.push_back(read_reply(from, depth + 1));
    return array;
}

}  // namespace grove::cmd
