// SPDX-License-Identifier: MIT
#include "cmd/common/base64.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using grove::cmd::base64;
using grove::cmd::from_base64;

// RFC 4648 section 10.
TEST(base64, is_that_of_the_rfc_both_ways) {
    const std::string all = "foobar";
    const char* const texts[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (std::size_t n = 0; n <= all.size(); ++n) {
        EXPECT_EQ(base64(all.substr(0, n)), texts[n]);
        EXPECT_EQ(from_base64(texts[n]), all.substr(0, n));
    }
}

TEST(base64, keeps_bytes_of_every_value) {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    EXPECT_EQ(from_base64(base64(bytes)), bytes);
}

TEST(base64, of_no_encoder_is_refused) {
    for (const char* text :
         {"Zg", "Zg=", "Z===", "====", "Zg==Zg==", "Zm9=", "Zh==", "Zm 9", "Zm9-", "Zm9v\n"})
        EXPECT_EQ(from_base64(text), std::nullopt) << text;
}

}  // namespace
