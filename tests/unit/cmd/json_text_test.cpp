// SPDX-License-Identifier: MIT
#include "cmd/common/json_text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace grove::cmd {
namespace {

std::string json_string(std::string_view text) {
    std::string result;
    append_json_string(result, text);
    return result;
}

std::string json_number(double value) {
    std::string result;
    append_json_number(result, value);
    return result;
}

TEST(json_text, quotes_backslashes_and_controls_are_escaped) {
    EXPECT_EQ(json_string("a\"b\\c"), R"("a\"b\\c")");
    EXPECT_EQ(json_string("\n\r\t\b\f"), R"("\n\r\t\b\f")");
    EXPECT_EQ(json_string(std::string_view("\0\x1b\x7f", 3)), "\"\\u0000\\u001b\\u007f\"");
}

TEST(json_text, each_piece_that_is_not_utf8_becomes_one_replacement) {
    EXPECT_EQ(json_string("a\xFFz"), "\"a\xEF\xBF\xBDz\"");
    EXPECT_EQ(json_string("\xE2\x82"), "\"\xEF\xBF\xBD\"");
    EXPECT_EQ(json_string("\xC0\xAF"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
    EXPECT_EQ(json_string("\xE2\x82\xAC"), "\"\xE2\x82\xAC\"");
}

TEST(json_text, every_single_byte_gives_valid_json) {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string text = json_string(std::string(1, static_cast<char>(byte)));
        EXPECT_TRUE(boost::json::parse(text).is_string()) << byte;
    }
}

TEST(json_text, numbers_read_back_and_what_json_cannot_say_is_null) {
    EXPECT_EQ(json_number(0.25), "0.25");
    EXPECT_EQ(json_number(1e300), "1e+300");
    EXPECT_EQ(json_number(0.1 + 0.2), "0.30000000000000004");
    EXPECT_EQ(json_number(std::numeric_limits<double>::quiet_NaN()), "null");
    EXPECT_EQ(json_number(std::numeric_limits<double>::infinity()), "null");
}

TEST(json_text, keys_stand_in_the_order_of_the_calls) {
    json_object line;
    line.add("url", "http://a/").add("status", 200).add("ok", true);
    line.add("sha256", std::optional<std::string>())
        .add_null("ip")
        .add("bytes", std::uint64_t{1} << 63);
    EXPECT_EQ(line.text(), R"({"url":"http://a/","status":200,"ok":true,"sha256":null,"ip":null,)"
                           R"("bytes":9223372036854775808})");
}

TEST(json_text, objects_nest_and_open_ones_are_closed_at_the_end) {
    json_object line;
    line.open("time").add("total", 0.5).close().add("n", 1).open("error").add("text", "{");
    EXPECT_EQ(line.text(), R"({"time":{"total":0.5},"n":1,"error":{"text":"{"}})");
    EXPECT_EQ(json_object().text(), "{}");
}

}  // namespace
}  // namespace grove::cmd
