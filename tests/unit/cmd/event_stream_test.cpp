// SPDX-License-Identifier: MIT
#include "cmd/common/event_stream.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <system_error>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

std::vector<stream_event> all_of(event_stream& from) {
    std::vector<stream_event> all;
    while (auto one = from.next()) all.push_back(*one);
    return all;
}

std::vector<stream_event> events_of(const std::string& bytes, std::size_t piece = 1000) {
    event_stream stream;
    for (std::size_t at = 0; at < bytes.size(); at += piece) stream.feed(bytes.substr(at, piece));
    return all_of(stream);
}

using events = std::vector<stream_event>;

TEST(event_stream, gives_events_whose_empty_line_has_come) {
    EXPECT_EQ(events_of("data: a\n\ndata:b\n\ndata: c\n"), (events{{"", "a", ""}, {"", "b", ""}}));
}

TEST(event_stream, joins_lines_of_data) {
    EXPECT_EQ(events_of("data: a\ndata\ndata:  b\n\n"), (events{{"", "a\n\n b", ""}}));
}

TEST(event_stream, knows_names_and_ids) {
    EXPECT_EQ(events_of("event: add\nid: 7\ndata: x\n\ndata: y\n\n"),
              (events{{"add", "x", "7"}, {"", "y", "7"}}));
}

TEST(event_stream, takes_all_ends_of_lines_wherever_pieces_end) {
    const std::string bytes =
        "\xef\xbb\xbf"
        "data: a\r\n\r\n: comment\rdata: b\r\rdata: c\n\n";
    const events wanted{{"", "a", ""}, {"", "b", ""}, {"", "c", ""}};
    for (std::size_t piece = 1; piece < bytes.size(); ++piece)
        EXPECT_EQ(events_of(bytes, piece), wanted) << piece;
}

TEST(event_stream, passes_over_events_without_data) {
    EXPECT_EQ(events_of("event: x\nid: 1\n\nunknown: 1\n\ndata: a\n\n"), (events{{"", "a", "1"}}));
}

TEST(event_stream, keeps_the_id_and_the_pause_for_the_next_connection) {
    event_stream stream;
    stream.feed("retry: 250\nid: 9\ndata: whole\n\ndata: cut off");
    stream.restart();
    stream.feed("data: next\n\nretry: soon\nretry: 99999999999\n\n");
    EXPECT_EQ(all_of(stream), (events{{"", "whole", "9"}, {"", "next", "9"}}));
    EXPECT_EQ(stream.last_id(), "9");
    EXPECT_EQ(stream.retry(), duration(250ms));
}

TEST(event_stream, refuses_what_is_too_large) {
    event_stream stream;
    const std::string half(event_stream::most / 2, 'x');
    stream.feed("data: " + half + "\n");
    EXPECT_THROW(stream.feed("data: " + half), std::system_error);
}

}  // namespace
}  // namespace grove::cmd
