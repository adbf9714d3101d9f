// SPDX-License-Identifier: MIT
#include "cmd/fetch/input_list.hpp"

#include "cmd/fetch/base_url.hpp"

#include <utility>

namespace grove::cmd {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string located(const std::string& source, std::uint64_t line, const std::string& text) {
    return source + ":" + std::to_string(line) + ": " + text;
}

}  // namespace

input_list::input_list(input_list_options options) : options_(std::move(options)) {
    if (!options_.base.empty()) (void)join_base(options_.base, "", name_form::file_name);
}

void input_list::feed(std::string_view chunk) {
    buffer_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
    buffer_ += chunk;
}

std::optional<fetch_item> input_list::next() {
    while (const auto line = take_line()) {
        try {
            if (auto item = parse_input_line(*line, options_.base)) {
                item->line = line_;
                return item;
            }
        } catch (const std::invalid_argument& problem) {
            throw input_error(located(options_.source, line_, problem.what()), line_);
        }
    }
    return std::nullopt;
}

// The view lives until the next call of feed. Throws input_error for a line that is too long.
std::optional<std::string_view> input_list::take_line() {
    if (skipping_) skip_long_line();
    const auto feed_at = buffer_.find('\n', scanned_);
    const bool complete = feed_at != std::string::npos;
    const auto end = complete ? feed_at : buffer_.size();
    scanned_ = end;
    if (end - begin_ > options_.max_line) {
        ++line_;
        skipping_ = true;
        skip_long_line();
        throw input_error(located(options_.source, line_,
                                  "the line is longer than " + std::to_string(options_.max_line) +
                                      " bytes; give one item a line"),
                          line_);
    }
    if (!complete && (!finished_ || begin_ == end)) return std::nullopt;
    std::string_view line(buffer_.data() + begin_, end - begin_);
    begin_ = scanned_ = complete ? end + 1 : end;
    if (++line_ == 1 && line.starts_with(byte_order_mark)) {
        line.remove_prefix(byte_order_mark.size());
    }
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

void input_list::skip_long_line() {
    const auto end = buffer_.find('\n', begin_);
    skipping_ = end == std::string::npos;
    begin_ = scanned_ = skipping_ ? buffer_.size() : end + 1;
}

}  // namespace grove::cmd
