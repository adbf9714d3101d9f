// SPDX-License-Identifier: MIT
#include "net/head_lines.hpp"

#include <gmock/gmock.h>

#include <string>

namespace {

using grove::http::head_lines;
using grove::http::header;
using testing::ElementsAre;

TEST(head_lines, finds_names_in_any_case_and_the_last_value) {
    head_lines lines;
    EXPECT_TRUE(lines.add("HTTP/1.1 200 OK\r\n"));
    EXPECT_TRUE(lines.add("ETag: \"a\"\r\n"));
    EXPECT_TRUE(lines.add("X-Twice:1\r\n"));
    EXPECT_TRUE(lines.add("x-twice:  2 \r\n"));
    EXPECT_TRUE(lines.add("\r\n"));
    EXPECT_EQ(lines.find("etag"), "\"a\"");
    EXPECT_EQ(lines.find("X-TWICE"), "2");
    EXPECT_EQ(lines.find("X-Twic"), std::nullopt);
    EXPECT_THAT(lines.all(), ElementsAre(header{"ETag", "\"a\""}, header{"X-Twice", "1"},
                                         header{"x-twice", "2"}));
}

TEST(head_lines, an_interim_answer_is_forgotten) {
    head_lines lines;
    for (const char* line : {"HTTP/1.1 103 Early Hints\r\n", "Link: </a>\r\n", "\r\n",
                             "HTTP/1.1 200 OK\r\n", "Server: x\r\n", "\r\n"}) {
        EXPECT_TRUE(lines.add(line));
    }
    EXPECT_THAT(lines.all(), ElementsAre(header{"Server", "x"}));
}

TEST(head_lines, a_folded_line_goes_on_with_the_one_before) {
    head_lines lines;
    EXPECT_TRUE(lines.add("A: one\r\n"));
    EXPECT_TRUE(lines.add("\t two\r\n"));
    EXPECT_TRUE(lines.add("B: three\r\n"));
    EXPECT_EQ(lines.find("a"), "one two");
    EXPECT_EQ(lines.find("b"), "three");
}

TEST(head_lines, empty_values_are_headers_and_other_lines_are_not) {
    head_lines lines;
    EXPECT_TRUE(lines.add("Empty:\r\n"));
    EXPECT_TRUE(lines.add("no colon here\r\n"));
    EXPECT_EQ(lines.find("Empty"), "");
    EXPECT_EQ(lines.all().size(), 1U);
}

TEST(head_lines, trailers_are_dropped) {
    head_lines lines;
    EXPECT_TRUE(lines.add("A: 1\r\n"));
    lines.close();
    EXPECT_TRUE(lines.add("A: 2\r\n"));
    EXPECT_EQ(lines.find("A"), "1");
    lines.clear();
    EXPECT_TRUE(lines.add("A: 3\r\n"));
    EXPECT_EQ(lines.find("A"), "3");
}

TEST(head_lines, has_a_largest_size) {
    head_lines lines;
    const std::string line = "X: " + std::string(4093, 'x') + "\r\n";
    std::size_t taken = 0;
    while (taken < 1000 && lines.add(line)) ++taken;
    EXPECT_EQ(taken, head_lines::largest / 4094);  // of a line, name and value are kept
}

}  // namespace
