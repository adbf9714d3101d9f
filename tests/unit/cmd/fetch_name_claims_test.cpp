// SPDX-License-Identifier: MIT
#include "cmd/fetch/file_name.hpp"
#include "cmd/fetch/name_claims.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace grove::cmd {
namespace {

TEST(fetch_name_claims, a_free_name_is_given_as_it_is) {
    name_claims claims;
    EXPECT_EQ(claims.claim("a.txt"), "a.txt");
    EXPECT_EQ(claims.claim("b.txt"), "b.txt");
    EXPECT_EQ(claims.claim("d/a.txt"), "d/a.txt");
}

TEST(fetch_name_claims, a_taken_name_is_numbered_before_its_extension) {
    name_claims claims;
    EXPECT_EQ(claims.claim("d.d/a.tar.gz"), "d.d/a.tar.gz");
    EXPECT_EQ(claims.claim("d.d/a.tar.gz"), "d.d/a-1.tar.gz");
    EXPECT_EQ(claims.claim("d.d/a.tar.gz"), "d.d/a-2.tar.gz");
    EXPECT_EQ(claims.claim("plain"), "plain");
    EXPECT_EQ(claims.claim("plain"), "plain-1");
}

TEST(fetch_name_claims, a_number_that_is_taken_is_passed_over) {
    name_claims claims;
    (void)claims.claim("a-1");
    (void)claims.claim("a");
    EXPECT_EQ(claims.claim("a"), "a-2");
    EXPECT_EQ(claims.claim("a-1"), "a-1-1");
}

TEST(fetch_name_claims, nobody_gets_the_part_or_sidecar_of_another) {
    name_claims claims;
    EXPECT_EQ(claims.claim("a"), "a");
    EXPECT_EQ(claims.claim("a.part"), "a-1.part");
    EXPECT_EQ(claims.claim("a.part.json"), "a-2.part.json");
    EXPECT_EQ(claims.claim("b.iso.part"), "b.iso.part");
    EXPECT_EQ(claims.claim("b.iso"), "b-1.iso");
}

TEST(fetch_name_claims, a_long_name_stays_within_the_limit) {
    name_claims claims;
    const std::string name = std::string(max_name_bytes - 4, 'x') + ".bin";
    EXPECT_EQ(claims.claim(name), name);
    const auto second = claims.claim(name);
    EXPECT_EQ(second.size(), max_name_bytes);
    EXPECT_TRUE(second.ends_with("x-1.bin"));
}

TEST(fetch_name_claims, a_cut_falls_between_characters) {
    name_claims claims;
    std::string name;
    while (name.size() + 3 <= max_name_bytes) name += "\xE2\x82\xAC";
    (void)claims.claim(name);
    const auto second = claims.claim(name);
    EXPECT_TRUE(second.ends_with("\xE2\x82\xAC-1"));
    EXPECT_LE(second.size(), max_name_bytes);
}

TEST(fetch_name_claims, the_same_claims_give_the_same_names) {
    std::mt19937 random(5);
    name_claims one;
    name_claims other;
    std::set<std::string> names;
    for (int i = 0; i < 20000; ++i) {
        const auto wanted = "n" + std::to_string(random() % 3000) + (i % 2 == 0 ? ".a" : "");
        const auto given = one.claim(wanted);
        EXPECT_EQ(other.claim(wanted), given);
        EXPECT_TRUE(names.insert(given).second) << given;
    }
    EXPECT_EQ(one.size(), 20000U);
}

TEST(fetch_name_claims, two_hundred_thousand_claims_of_one_name_take_no_search) {
    name_claims claims;
    std::string last;
    for (int i = 0; i < 200'000; ++i) last = claims.claim("index.html");
    EXPECT_EQ(last, "index-199999.html");
}

}  // namespace
}  // namespace grove::cmd
