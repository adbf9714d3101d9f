// SPDX-License-Identifier: MIT
#include "net/websocket_frames.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

// What is written; tests/conformance holds what is read.

namespace {

using namespace grove::ws;
using std::string_literals::operator""s;

mask_key key_of(const char (&bytes)[5]) {
    mask_key key = 0;
    std::memcpy(&key, bytes, sizeof key);
    return key;
}

std::string frame(opcode what, const std::string& payload,
                  std::optional<mask_key> key = std::nullopt) {
    std::string out;
    append_frame(out, what, true, payload, key);
    return out;
}

std::string close_frame(std::uint16_t code, const std::string& reason) {
    std::string out;
    append_close(out, code, reason, std::nullopt);
    return out;
}

TEST(websocket_writer, writes_the_examples_of_the_rfc) {
    EXPECT_EQ(frame(opcode::text, "Hello"), "\x81\x05Hello");
    EXPECT_EQ(frame(opcode::text, "Hello", key_of("\x37\xfa\x21\x3d")),
              "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58");
    std::string fragments;
    append_frame(fragments, opcode::text, false, "Hel", std::nullopt);
    append_frame(fragments, opcode::continuation, true, "lo", std::nullopt);
    EXPECT_EQ(fragments, "\x01\x03Hel\x80\x02lo");
}

TEST(websocket_writer, tells_a_size_in_as_few_bytes_as_it_needs) {
    const auto head = [](std::uint64_t size) {
        std::string out;
        append_head(out, opcode::binary, true, size, std::nullopt);
        return out;
    };
    EXPECT_EQ(head(125), "\x82\x7d");
    EXPECT_EQ(head(126), "\x82\x7e\x00\x7e"s);
    EXPECT_EQ(head(65535), "\x82\x7e\xff\xff");
    EXPECT_EQ(head(65536), "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s);
}

TEST(websocket_writer, cuts_a_long_reason_between_two_characters) {
    EXPECT_EQ(close_frame(1000, "bye"),
              "\x88\x05\x03\xe8"
              "bye");
    EXPECT_EQ(close_frame(close_code::no_code, "not sent"), "\x88\x00"s);
    EXPECT_EQ(close_frame(1000, std::string(200, 'x')), "\x88\x7d\x03\xe8" + std::string(123, 'x'));
    EXPECT_EQ(close_frame(1000, std::string(122, 'x') + "\xc3\xa9"),
              "\x88\x7c\x03\xe8" + std::string(122, 'x'));
}

TEST(websocket_mask, goes_on_where_it_stopped) {
    const mask_key key = key_of("\x01\x20\x03\x40");
    std::string whole(100, '\0');
    for (std::size_t n = 0; n < whole.size(); ++n) whole[n] = static_cast<char>(n);
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
        std::string one = whole;
        std::string two = whole;
        apply_mask(std::span(one), key, 0);
        apply_mask(std::span(two).first(cut), key, 0);
        apply_mask(std::span(two).subspan(cut), key, cut);
        ASSERT_EQ(one, two) << cut;
        for (std::size_t n = 0; n < one.size(); ++n)
            ASSERT_EQ(one[n] ^ whole[n], "\x01\x20\x03\x40"[n % 4]);
    }
}

TEST(websocket_reader, keeps_a_small_buffer_except_inside_a_large_frame) {
    frame_reader reader(masking::forbidden);
    ASSERT_EQ(reader.next(), frame_reader::step::starved);
    EXPECT_EQ(reader.room().size(), 4096U);
    const std::string head = "\x82\x7e\xf0\x00"s;
    std::copy(head.begin(), head.end(), reader.room().begin());
    reader.filled(head.size());
    ASSERT_EQ(reader.next(), frame_reader::step::starved);
    EXPECT_EQ(reader.frame_left(), 0xf000U);
    EXPECT_EQ(reader.room().size(), 65536U);
    reader.filled(0xf000);
    ASSERT_EQ(reader.next(), frame_reader::step::data);
    EXPECT_TRUE(reader.last());
    ASSERT_EQ(reader.next(), frame_reader::step::starved);
    EXPECT_EQ(reader.room().size(), 4096U);
}

}  // namespace
