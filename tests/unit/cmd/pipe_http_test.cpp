// SPDX-License-Identifier: MIT
#include "cmd/pipe/http_work.hpp"
#include "cmd/pipe/stage_plan.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

std::string problem(const std::vector<std::string>& words) {
    pipe_plan parsed;
    return parse_plan(words, parsed).value_or("none");
}

TEST(pipe_http, the_item_in_a_url_is_encoded) {
    EXPECT_EQ(url_for(":8080/x", "a b"), ":8080/x");
    EXPECT_EQ(url_for(":8080/{}?q={}", "a/b c&d"), ":8080/a%2Fb%20c%26d?q=a%2Fb%20c%26d");
}

TEST(pipe_http, options_stand_before_the_method) {
    pipe_plan parsed;
    EXPECT_EQ(parse_plan({"http", "-j2", "--timeout", "3s", "-H", "A: b", "POST", ":1/x"}, parsed),
              std::nullopt);
    const auto& http = std::get<http_stage_options>(parsed.stages.at(0));
    EXPECT_EQ(http.jobs, 2U);
    EXPECT_EQ(http.timeout, 3s);
    EXPECT_EQ(http.headers.at(0).name, "A");
    EXPECT_EQ(http.method, "POST");
    EXPECT_EQ(http.url, ":1/x");
}

TEST(pipe_http, what_is_wrong_says_what_to_write) {
    EXPECT_EQ(problem({"http", ":1/x"}), "http needs a method and a URL: http POST :8080/items");
    EXPECT_EQ(problem({"http", "post", ":1/x"}),
              "http knows GET, POST, PUT and PATCH: http POST :8080/items");
    EXPECT_EQ(problem({"http", "GET", "ftp://h/{}"}).rfind("http cannot ask \"ftp://h/{}\": ", 0),
              0U);
}

}  // namespace
}  // namespace grove::cmd
