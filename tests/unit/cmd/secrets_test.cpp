// SPDX-License-Identifier: MIT
#include "cmd/common/secrets.hpp"

#include <gtest/gtest.h>

namespace grove::cmd {
namespace {

TEST(secrets, the_password_of_a_url_is_masked) {
    EXPECT_EQ(mask_url("https://ann:s3cret@host:80/x?y"), "https://ann:***@host:80/x?y");
    EXPECT_EQ(mask_url("https://ann:p@ss@host/x"), "https://ann:***@host/x");
    EXPECT_EQ(mask_url("https://ann:@host"), "https://ann:***@host");
}

TEST(secrets, a_userinfo_without_a_colon_is_a_token) {
    EXPECT_EQ(mask_url("https://ghp_token@host/x"), "https://***@host/x");
}

TEST(secrets, a_url_without_userinfo_stays) {
    for (const char* url :
         {"https://host/a@b", "https://host?q=a:b@c", ":8080/x", "not a url", ""}) {
        EXPECT_EQ(mask_url(url), url);
    }
}

TEST(secrets, an_authorization_keeps_its_scheme) {
    EXPECT_EQ(mask_header("Authorization", "Bearer abc.def"), "Bearer ***");
    EXPECT_EQ(mask_header("proxy-authorization", "Basic YTpi"), "Basic ***");
    EXPECT_EQ(mask_header("AUTHORIZATION", "abc"), "***");
}

TEST(secrets, headers_that_carry_secrets_are_masked_and_others_are_not) {
    EXPECT_EQ(mask_header("Cookie", "sid=1"), "***");
    EXPECT_EQ(mask_header("X-Api-Key", "k"), "***");
    EXPECT_EQ(mask_header("X-Auth-Token", "k"), "***");
    EXPECT_EQ(mask_header("Content-Type", "text/html"), "text/html");
}

TEST(secrets, the_password_of_a_user_is_masked) {
    EXPECT_EQ(mask_user("ann:pw"), "ann:***");
    EXPECT_EQ(mask_user("ann"), "ann");
}

}  // namespace
}  // namespace grove::cmd
