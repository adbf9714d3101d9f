// SPDX-License-Identifier: MIT
#include "cmd/bench/load/text_script.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <string>
#include <system_error>

namespace {

using grove::cmd::text_script;

std::mt19937_64 random_bits(5);

TEST(text_script, draws_every_number_of_a_range) {
    text_script script;
    ASSERT_FALSE(text_script::parse("{{rand 3 6}}", script).has_value());
    EXPECT_FALSE(script.is_constant());
    std::set<std::string> drawn;
    for (int i = 0; i < 200; ++i) {
        std::string text;
        script.append_to(text, {1, random_bits});
        drawn.insert(text);
    }
    EXPECT_EQ(drawn, (std::set<std::string>{"3", "4", "5", "6"}));
}

TEST(text_script, goes_through_the_lines_of_a_file_again_and_again) {
    const auto path = std::filesystem::temp_directory_path() / "grove_bench_lines";
    std::ofstream(path) << "one\r\n\ntwo\nthree";
    text_script script;
    ASSERT_FALSE(text_script::parse("<{{line " + path.string() + "}}>", script).has_value());
    std::string text;
    for (std::uint64_t i = 1; i <= 4; ++i) script.append_to(text, {i, random_bits});
    EXPECT_EQ(text, "<one><two><three><one>");
    std::filesystem::remove(path);
    EXPECT_THROW((void)text_script::parse("{{line " + path.string() + "}}", script),
                 std::system_error);
}

}  // namespace
