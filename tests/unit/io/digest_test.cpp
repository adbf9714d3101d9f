// SPDX-License-Identifier: MIT
#include <grove/digest.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace {

using grove::digest;
using grove::digest_algorithm;

constexpr std::string_view sha256_of_abc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr std::string_view sha256_of_nothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view sha512_of_abc =
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

TEST(digest, sha256_matches_the_standards_example) {
    digest sum;
    sum.update("abc");
    EXPECT_EQ(sum.hex(), sha256_of_abc);
}

TEST(digest, sha512_matches_the_standards_example) {
    digest sum(digest_algorithm::sha512);
    sum.update("abc");
    EXPECT_EQ(sum.hex(), sha512_of_abc);
}

TEST(digest, of_nothing_is_that_of_the_empty_text) {
    EXPECT_EQ(digest().hex(), sha256_of_nothing);
}

TEST(digest, does_not_depend_on_how_the_stream_is_cut) {
    digest sum;
    sum.update("a");
    sum.update("");
    sum.update("bc");
    EXPECT_EQ(sum.hex(), sha256_of_abc);
}

TEST(digest, can_be_asked_for_in_the_middle_and_goes_on) {
    digest sum;
    sum.update("ab");
    const auto middle = sum.hex();
    sum.update("c");
    EXPECT_NE(middle, sha256_of_abc);
    EXPECT_EQ(sum.hex(), sha256_of_abc);
}

TEST(digest, reset_forgets_all_bytes) {
    digest sum;
    sum.update("something else");
    sum.reset();
    sum.update("abc");
    EXPECT_EQ(sum.hex(), sha256_of_abc);
}

TEST(digest, moves_with_its_bytes) {
    digest from;
    from.update("ab");
    digest to = std::move(from);
    to.update("c");
    EXPECT_EQ(to.hex(), sha256_of_abc);
}

TEST(digest, hex_size_is_the_length_of_hex) {
    for (const auto algorithm : {digest_algorithm::sha256, digest_algorithm::sha512}) {
        EXPECT_EQ(digest(algorithm).hex().size(), grove::hex_size(algorithm));
    }
}

TEST(digest, algorithms_have_their_usual_names) {
    EXPECT_EQ(grove::to_string(digest_algorithm::sha256), "sha256");
    EXPECT_EQ(grove::to_string(digest_algorithm::sha512), "sha512");
}

}  // namespace
