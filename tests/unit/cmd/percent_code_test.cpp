// SPDX-License-Identifier: MIT
#include "cmd/common/percent_code.hpp"

#include <gtest/gtest.h>

#include <string>

namespace grove::cmd {
namespace {

TEST(percent_code, what_is_not_unreserved_is_encoded_unless_it_is_named) {
    EXPECT_EQ(percent_encode("a b/\xc3\xa9-._~", ""), "a%20b%2F%C3%A9-._~");
    EXPECT_EQ(percent_encode("a b/c?", "/"), "a%20b/c%3F");
}

TEST(percent_code, decoding_undoes_encoding_for_all_bytes) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    EXPECT_EQ(percent_decode(percent_encode(all, "")), all);
}

TEST(percent_code, a_percent_without_two_digits_stays) {
    EXPECT_EQ(percent_decode("%"), "%");
    EXPECT_EQ(percent_decode("%4"), "%4");
    EXPECT_EQ(percent_decode("%zz%41"), "%zzA");
}

}  // namespace
}  // namespace grove::cmd
