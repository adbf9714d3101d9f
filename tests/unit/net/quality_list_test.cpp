// SPDX-License-Identifier: MIT
#include "net/quality_list.hpp"

#include <gtest/gtest.h>

#include <string_view>

namespace {

using grove::http::accepts_html;
using grove::http::choose_coding;
using grove::http::codings_available;
using grove::http::content_coding;

constexpr codings_available both{.gzip = true, .brotli = true};

content_coding best(std::string_view field, codings_available available = both) {
    return choose_coding(field, available);
}

TEST(quality_list, without_a_field_nothing_is_coded) {
    EXPECT_EQ(best(""), content_coding::identity);
    EXPECT_EQ(best(" "), content_coding::identity);
}

TEST(quality_list, the_best_that_is_there_is_chosen) {
    EXPECT_EQ(best("gzip, deflate, br, zstd"), content_coding::brotli);
    EXPECT_EQ(best("gzip, br", {.gzip = true}), content_coding::gzip);
    EXPECT_EQ(best("gzip", {.brotli = true}), content_coding::identity);
    EXPECT_EQ(best("gzip, br", {}), content_coding::identity);
    EXPECT_EQ(best("GZIP"), content_coding::gzip);
    EXPECT_EQ(best("x-gzip"), content_coding::gzip);
}

TEST(quality_list, weights_decide_before_our_own_order) {
    EXPECT_EQ(best("br;q=0.5, gzip;q=0.8"), content_coding::gzip);
    EXPECT_EQ(best("br;q=0.8, gzip;q=0.8"), content_coding::brotli);
    EXPECT_EQ(best("br ; q=0.001 ,gzip;q=0"), content_coding::brotli);
    EXPECT_EQ(best("gzip;q=0.5, identity"), content_coding::identity);
    EXPECT_EQ(best("gzip;q=0.5"), content_coding::gzip);
    EXPECT_EQ(best("gzip;q=0"), content_coding::identity);
    EXPECT_EQ(best("gzip;q=1.000;x=y"), content_coding::gzip);
}

TEST(quality_list, a_star_is_whatever_is_not_named) {
    EXPECT_EQ(best("*"), content_coding::brotli);
    EXPECT_EQ(best("*", {.gzip = true}), content_coding::gzip);
    EXPECT_EQ(best("br;q=0, *"), content_coding::gzip);
    EXPECT_EQ(best("*;q=0"), content_coding::identity);
    EXPECT_EQ(best("*;q=0, gzip"), content_coding::gzip);
}

TEST(quality_list, what_cannot_be_read_is_passed_over) {
    for (const char* field : {"gzip;q=", "gzip;q=2", "gzip;q=1.001", "gzip;q=0.1234", "gzip;q=x",
                              "gzip;q=.5", "gzi p", ",,;,", ";q=1", "gzip;q=-1"})
        EXPECT_EQ(best(field), content_coding::identity) << field;
    EXPECT_EQ(best("gzip;q=2, br"), content_coding::brotli);
}

TEST(quality_list, html_is_accepted_by_its_closest_range) {
    EXPECT_TRUE(accepts_html(""));
    EXPECT_TRUE(accepts_html("*/*"));
    EXPECT_TRUE(accepts_html("text/html,application/xhtml+xml,*/*;q=0.8"));
    EXPECT_TRUE(accepts_html("application/json, text/*;q=0.1"));
    EXPECT_TRUE(accepts_html("TEXT/HTML;level=1"));
    EXPECT_TRUE(accepts_html("*/*;q=0, text/html"));
    EXPECT_FALSE(accepts_html("application/json"));
    EXPECT_FALSE(accepts_html("image/*, text/css"));
    EXPECT_FALSE(accepts_html("text/html;q=0, */*"));
    EXPECT_FALSE(accepts_html("text/html;q=0.0, text/*, */*"));
}

}  // namespace
