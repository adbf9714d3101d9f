// SPDX-License-Identifier: MIT
#include "cmd/common/terminal_text.hpp"

#include "cmd/common/text_error.hpp"
#include "cmd/common/utf8.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <tuple>

namespace grove::cmd {
namespace {

std::string filtered(std::string_view text, std::size_t chunk) {
    terminal_filter filter;
    std::string result;
    for (std::size_t at = 0; at < text.size(); at += chunk)
        result += filter(text.substr(at, chunk));
    return result;
}

TEST(utf8, code_points_of_each_length_are_decoded) {
    EXPECT_EQ(decode_utf8("A").code, U'A');
    EXPECT_EQ(decode_utf8("\xC3\xA9").code, U'\u00E9');
    EXPECT_EQ(decode_utf8("\xE2\x82\xAC").code, U'\u20AC');
    EXPECT_EQ(decode_utf8("\xF0\x9F\x8C\xB3").code, U'\U0001F333');
    EXPECT_EQ(decode_utf8("\xF0\x9F\x8C\xB3").size, 4);
}

TEST(utf8, overlong_forms_surrogates_and_what_is_too_large_are_not_utf8) {
    for (const char* text : {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF",
                             "\x80", "\xF0\x80\x80\x80"}) {
        EXPECT_FALSE(decode_utf8(text).valid);
        EXPECT_EQ(decode_utf8(text).size, 1);
    }
}

TEST(utf8, a_sequence_that_was_cut_off_is_one_piece) {
    EXPECT_EQ(decode_utf8("\xE2\x82").size, 2);
    EXPECT_FALSE(decode_utf8("\xE2\x82").valid);
    EXPECT_EQ(decode_utf8("\xF0\x9F\x8C!").size, 3);
}

TEST(terminal_text, wide_characters_take_two_columns_and_marks_none) {
    EXPECT_EQ(display_width("abc"), 3);
    EXPECT_EQ(display_width("\xC3\xA9t\xC3\xA9"), 3);
    EXPECT_EQ(display_width("\xE6\x97\xA5\xE6\x9C\xAC"), 4);
    EXPECT_EQ(display_width("e\xCC\x81"), 1);
    EXPECT_EQ(display_width("\xF0\x9F\x8C\xB3"), 2);
    EXPECT_EQ(display_width("\xFF"), 1);
}

TEST(terminal_text, a_text_is_cut_to_its_columns_and_says_so) {
    EXPECT_EQ(fit_end("short", 5), "short");
    EXPECT_EQ(fit_end("longer", 5), "lon..");
    EXPECT_EQ(fit_middle("https://host/a/long/path", 14), "https:..g/path");
    EXPECT_EQ(fit_middle("abcdef", 3), "a..");
    EXPECT_EQ(fit_end("abc", 1), ".");
}

TEST(terminal_text, a_cut_never_splits_a_character) {
    const std::string wide =
        "\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E";
    for (std::size_t columns = 2; columns < 12; ++columns) {
        EXPECT_LE(display_width(fit_middle(wide, columns)), columns);
        EXPECT_EQ(one_line(fit_middle(wide, columns)), fit_middle(wide, columns));
    }
}

TEST(terminal_text, escape_codes_become_visible) {
    EXPECT_EQ(one_line("a\x1b[2Jb"), "a\\x1b[2Jb");
    EXPECT_EQ(one_line("a\nb\tc\r"), "a\\nb\\tc\\r");
    EXPECT_EQ(one_line("\xC2\x9B"
                       "31m"),
              "\\x9b31m")
        << "the one-byte CSI in UTF-8";
    EXPECT_EQ(one_line("a\xE2\x80\xAE"
                       "gpj.exe"),
              "a\\u202egpj.exe")
        << "right-to-left override";
    EXPECT_EQ(one_line("a\xFFz"), "a\xEF\xBF\xBDz");
}

TEST(terminal_text, a_filtered_stream_keeps_lines_and_tabs_only) {
    EXPECT_EQ(filtered("a\tb\r\nc\n", 100), "a\tb\r\nc\n");
    EXPECT_EQ(filtered("a\x1b]0;title\x07z", 100), "a?]0;title?z");
    EXPECT_EQ(filtered("safe\roverwritten\n", 100), "safe?overwritten\n");
}

TEST(terminal_text, a_filtered_stream_does_not_depend_on_its_chunks) {
    const std::string text = "x\r\ny\xC2\x9Bz\xC3\xA9\x1b[1m\xC2\xA9\n";
    for (std::size_t chunk = 1; chunk < text.size(); ++chunk) {
        EXPECT_EQ(filtered(text, chunk), filtered(text, text.size())) << chunk;
    }
    EXPECT_EQ(filtered(text, text.size()), "x\r\ny?z\xC3\xA9?[1m\xC2\xA9\n");
}

TEST(terminal_text, the_charset_is_what_the_first_of_three_variables_says) {
    for (const auto& [all, language, told] :
         {std::tuple("C.UTF-8", "C", charset::utf8), std::tuple("C", "de_DE.UTF-8", charset::ascii),
          std::tuple("", "de_DE.utf8", charset::utf8), std::tuple("", "", charset::ascii)}) {
        ::setenv("LC_ALL", all, 1);
        ::setenv("LC_CTYPE", "", 1);
        ::setenv("LANG", language, 1);
        EXPECT_EQ(locale_charset(), told) << all << ' ' << language;
    }
}

TEST(text_error, the_caret_stands_under_the_offset) {
    EXPECT_EQ(caret_lines("status = 200", 7), "    status = 200\n           ^");
    EXPECT_EQ(caret_lines("ab", 2, 2), "  ab\n    ^");
    EXPECT_EQ(caret_lines("ab", 99, 0), "ab\n  ^");
}

TEST(text_error, the_caret_counts_columns_and_not_bytes) {
    EXPECT_EQ(caret_lines("\xE6\x97\xA5 x", 4, 0), "\xE6\x97\xA5 x\n   ^");
    EXPECT_EQ(caret_lines("a\x1b z", 3, 0), "a\\x1b z\n      ^");
}

TEST(text_error, a_long_text_is_cut_around_the_caret) {
    const std::string text = std::string(500, 'a') + "X" + std::string(500, 'b');
    const std::string lines = caret_lines(text, 500, 0);
    const std::size_t end = lines.find('\n');
    EXPECT_LT(end, 80);
    EXPECT_EQ(lines[lines.size() - 1], '^');
    EXPECT_EQ(lines[lines.size() - 1 - end - 1], 'X') << lines;
}

}  // namespace
}  // namespace grove::cmd
