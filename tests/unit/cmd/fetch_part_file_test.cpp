// SPDX-License-Identifier: MIT
#include "tests/unit/cmd/part_file_fixture.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace grove::cmd {
namespace {

namespace fs = std::filesystem;

class fetch_part_file : public part_file_test {};

TEST_F(fetch_part_file, nothing_is_on_the_disk_while_a_small_body_comes) {
    const auto file = open();
    file->begin(start(5));
    file->write(bytes("hello"));
    EXPECT_EQ(names(), strings{});
    EXPECT_EQ(file->size(), 5U);
    file->commit();
    EXPECT_EQ(names(), strings{"f"});
    EXPECT_EQ(content("f"), "hello");
}

TEST_F(fetch_part_file, an_empty_body_makes_an_empty_file) {
    const auto file = open();
    file->begin(start(0));
    file->commit();
    EXPECT_EQ(content("f"), "");
}

TEST_F(fetch_part_file, a_large_body_goes_over_part_and_sidecar) {
    const auto body = make_body(700'000);
    const auto file = open();
    file->begin(start(body.size()));
    for (std::size_t at = 0; at < body.size(); at += 10'000) {
        file->write(bytes(std::string_view(body).substr(at, 10'000)));
    }
    EXPECT_EQ(names(), (strings{"f.part", "f.part.json"}));
    file->commit();
    EXPECT_EQ(names(), strings{"f"});
    EXPECT_EQ(content("f"), body);
}

TEST_F(fetch_part_file, a_body_without_a_strong_validator_has_no_sidecar) {
    const auto file = open();
    file->begin(start({}, "W/\"v1\""));
    file->write(bytes(make_body(700'000)));
    EXPECT_EQ(names(), strings{"f.part"});
}

TEST_F(fetch_part_file, any_cut_of_the_body_gives_the_same_file) {
    const auto body = make_body(900'000);
    for (unsigned seed = 0; seed < 20; ++seed) {
        std::mt19937 random(seed);
        options = {.memory = 1 + random() % 300'000, .batch = 1 + random() % 200'000};
        const auto file = open();
        file->begin(start(body.size()));
        for (std::size_t at = 0; at < body.size();) {
            const auto size = random() % 200'000;
            file->write(bytes(std::string_view(body).substr(at, size)));
            at = std::min(at + size, body.size());
            ASSERT_EQ(file->size(), at);
        }
        file->commit();
        ASSERT_EQ(content("f"), body) << seed;
    }
}

TEST_F(fetch_part_file, an_existing_file_is_replaced_in_one_step) {
    put("f", "old");
    const auto file = open();
    file->begin(start(3));
    file->write(bytes("new"));
    EXPECT_EQ(content("f"), "old");
    file->commit();
    EXPECT_EQ(content("f"), "new");
    EXPECT_EQ(names(), strings{"f"});
}

TEST_F(fetch_part_file, a_symbolic_link_is_replaced_and_not_followed) {
    put("target", "precious");
    fs::create_symlink("target", fs::path(folder.path()) / "f");
    const auto file = open();
    file->begin(start(3));
    file->write(bytes("new"));
    file->commit();
    EXPECT_EQ(content("f"), "new");
    EXPECT_EQ(content("target"), "precious");
}

TEST_F(fetch_part_file, a_part_that_is_a_symbolic_link_is_refused) {
    put("target", "precious");
    fs::create_symlink("target", fs::path(folder.path()) / "f.part");
    const auto file = open();
    file->begin(start(3));
    file->write(bytes("new"));
    try {
        file->spill();
        FAIL() << "the link was followed";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::too_many_symbolic_link_levels);
    }
    EXPECT_EQ(content("target"), "precious");
}

TEST_F(fetch_part_file, folders_on_the_way_are_made) {
    const auto small = open("a/b/c");
    small->begin(start(1));
    small->write(bytes("x"));
    small->commit();
    const auto large = open("d/e/f");
    large->begin(start());
    large->write(bytes(make_body(500'000)));
    large->commit();
    EXPECT_EQ(names(), (strings{"a/b/c", "d/e/f"}));
}

TEST_F(fetch_part_file, another_final_name_may_be_given_at_the_end) {
    const auto small = open("small");
    small->begin(start(1));
    small->write(bytes("x"));
    small->commit("sub/named");
    const auto large = open("large");
    large->begin(start());
    large->write(bytes(make_body(500'000)));
    large->commit("other/named");
    EXPECT_EQ(names(), (strings{"other/named", "sub/named"}));
}

TEST_F(fetch_part_file, a_short_body_never_gets_the_final_name) {
    for (const std::size_t have : {5U, 300'000U}) {
        put("f", "old");
        const auto file = open();
        file->begin(start(have + 1));
        file->write(bytes(make_body(have)));
        EXPECT_THROW(file->commit(), std::system_error);
        EXPECT_EQ(content("f"), "old");
    }
}

TEST_F(fetch_part_file, a_body_above_its_size_is_refused_too) {
    const auto file = open();
    file->begin(start(2));
    file->write(bytes("abc"));
    EXPECT_THROW(file->commit(), std::system_error);
}

TEST_F(fetch_part_file, errors_name_the_call_and_the_file) {
    fs::create_directory(fs::path(folder.path()) / "f");
    const auto file = open();
    file->begin(start(1));
    file->write(bytes("x"));
    try {
        file->commit();
        FAIL() << "a folder was replaced";
    } catch (const std::system_error& error) {
        const std::string text = error.what();
        EXPECT_NE(text.find("rename"), std::string::npos) << text;
        EXPECT_NE(text.find(folder.path() + "/f"), std::string::npos) << text;
    }
}

TEST_F(fetch_part_file, a_small_body_that_does_not_fit_leaves_nothing) {
    {
        const auto file = open();
        file->begin(start());
        file->write(bytes(make_body(10'000)));
        const file_size_limit limit(5'000);
        EXPECT_THROW(file->commit(), std::system_error);
        file->abandon(leftover::discard);
    }
    EXPECT_EQ(names(), strings{});
}

}  // namespace
}  // namespace grove::cmd
