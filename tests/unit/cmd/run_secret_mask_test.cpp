// SPDX-License-Identifier: MIT
#include "cmd/common/base64.hpp"
#include "cmd/common/json_text.hpp"
#include "cmd/common/percent_code.hpp"
#include "cmd/run/secret_mask.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace {

using grove::cmd::secret_mask;
using testing::HasSubstr;
using testing::Not;

const std::string secret = "s3cr&t \"x\"/pass";

secret_mask mask_of(const std::string& text) {
    secret_mask made;
    made.add(text);
    return made;
}

TEST(secret_mask, hides_it_as_it_is) {
    EXPECT_EQ(mask_of("abcdef")("x abcdef y abcdefabcdef"), "x *** y ******");
    EXPECT_EQ(mask_of("abcdef")("abcde"), "abcde");
}

TEST(secret_mask, hides_it_percent_encoded_in_either_case) {
    const secret_mask mask = mask_of(secret);
    EXPECT_EQ(mask("q=" + grove::cmd::percent_encode(secret, {})), "q=***");
    EXPECT_EQ(mask("s3cr%26t%20%22x%22%2fpass"), "***");
}

TEST(secret_mask, hides_it_as_json_writes_it) {
    std::string json;
    grove::cmd::append_json_string(json, "a" + secret);
    EXPECT_EQ(mask_of(secret)(json), "\"a***\"");
}

TEST(secret_mask, hides_it_in_base64_wherever_it_begins) {
    const secret_mask mask = mask_of(secret);
    for (const std::string before : {"", "a", "ab", "abc", "user:"}) {
        for (const std::string behind : {"", "x", "xy"}) {
            const std::string coded = grove::cmd::base64(before + secret + behind);
            const std::string masked = mask(coded);
            EXPECT_THAT(masked, HasSubstr("***")) << before << behind;
            // At most the characters that also hold bits of the neighbours are left.
            EXPECT_LE(masked.size(), (before.size() + behind.size()) * 4 / 3 + 3 + 8) << masked;
        }
    }
}

TEST(secret_mask, hides_each_line_of_a_long_one) {
    EXPECT_EQ(mask_of("first line\r\nsecond line\n")("second line, first line"), "***, ***");
}

TEST(secret_mask, looks_for_short_ones_as_they_are_alone) {
    EXPECT_EQ(mask_of("ab")("ab YWI= c"), "*** YWI= c");
}

}  // namespace
