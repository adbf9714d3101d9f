// SPDX-License-Identifier: MIT
#include "cmd/common/event_stream.hpp"

#include <charconv>
#include <chrono>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr int most_retry_digits = 9;  // days, in milliseconds

}  // namespace

void event_stream::feed(std::string_view bytes) {
    for (const char c : bytes) {
        if (std::exchange(after_return_, c == '\r') && c == '\n') continue;
        if (c == '\n' || c == '\r') {
            take_line(std::exchange(line_, {}));
            continue;
        }
        line_ += c;
        if (line_.size() + data_.size() > most) {
            throw std::system_error(std::make_error_code(std::errc::message_size),
                                    "an event above 1 MiB");
        }
    }
}

std::optional<stream_event> event_stream::next() {
    if (ready_.empty()) return std::nullopt;
    stream_event event = std::move(ready_.front());
    ready_.pop_front();
    return event;
}

void event_stream::restart() noexcept {
    line_.clear();
    name_.clear();
    data_.clear();
    after_return_ = false;
    first_ = true;
}

void event_stream::take_line(std::string_view line) {
    if (std::exchange(first_, false) && line.starts_with(byte_order_mark))
        line.remove_prefix(byte_order_mark.size());
    if (!line.empty()) {
        const std::size_t colon = line.find(':');
        std::string_view value =
            colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
        if (value.starts_with(' ')) value.remove_prefix(1);
        return take_field(line.substr(0, colon), value);
    }
    std::string name = std::exchange(name_, {});
    std::string data = std::exchange(data_, {});
    if (data.empty()) return;
    data.pop_back();  // the line feed behind its last line
    ready_.push_back({std::move(name), std::move(data), id_});
}

void event_stream::take_field(std::string_view name, std::string_view value) {
    if (name == "data") {
        data_.append(value).push_back('\n');
    } else if (name == "event") {
        name_ = value;
    } else if (name == "id") {
        if (value.find('\0') == std::string_view::npos) id_ = value;
    } else if (name == "retry") {
        int milliseconds = 0;
        const auto [end, error] =
            std::from_chars(value.data(), value.data() + value.size(), milliseconds);
        const bool all_digits = value.find_first_not_of("0123456789") == std::string_view::npos;
        if (all_digits && error == std::errc{} && value.size() <= most_retry_digits)
            retry_ = std::chrono::milliseconds(milliseconds);
    }
}

}  // namespace grove::cmd
