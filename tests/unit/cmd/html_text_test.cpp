// SPDX-License-Identifier: MIT
#include "cmd/common/html_text.hpp"

#include <gtest/gtest.h>

namespace {

using grove::cmd::html_text;

TEST(html_text, makes_no_tag_and_ends_no_attribute) {
    EXPECT_EQ(html_text("<b a=\"1\" c='2'>&amp;"),
              "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;");
}

TEST(html_text, keeps_what_is_harmless) {
    EXPECT_EQ(html_text("http://a/?b=c%20d#é漢"), "http://a/?b=c%20d#é漢");
    EXPECT_EQ(html_text(""), "");
}

TEST(html_text, shows_control_characters_and_what_is_not_UTF_8) {
    EXPECT_EQ(html_text("a\nb\x1b[1m"), "a\\nb\\x1b[1m");
    EXPECT_EQ(html_text("a\xffz"), "a\xef\xbf\xbdz");
}

}  // namespace
