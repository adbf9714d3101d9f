// SPDX-License-Identifier: MIT
#include "cmd/bench/request_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>

namespace {

using grove::cmd::data_piece;
using grove::cmd::header_field;
using grove::cmd::http_options;
using grove::cmd::request_script;
using grove::cmd::text_script;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::mt19937_64 random_bits(5);

std::string sent(const request_script& script, std::uint64_t number = 1) {
    request_script::buffers buffers;
    return std::string(script.bytes({number, random_bits}, buffers));
}

std::string sent(std::string_view url, const http_options& http = {},
                 const std::string& body = {}) {
    return sent(request_script(url, http, body));
}

std::string refusal(std::string_view url) {
    try {
        const request_script script(url, {}, "");
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
    return "none";
}

http_options with_data() {
    http_options http;
    http.data = {{"x", data_piece::form::text}};
    return http;
}

TEST(request, is_what_a_polite_client_sends) {
    EXPECT_EQ(sent(":8080/a?b=c"),
              "GET /a?b=c HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: grove/" GROVE_VERSION
              "\r\nAccept: */*\r\n\r\n");
    EXPECT_THAT(sent("https://Example.com"), HasSubstr("\r\nHost: example.com\r\n"));
    EXPECT_THAT(sent("http://[::1]:81/"), HasSubstr("\r\nHost: [::1]:81\r\n"));
}

TEST(request, with_data_is_a_post_that_says_how_long) {
    EXPECT_THAT(sent(":80/", with_data(), "a=1&b=2"),
                AllOf(StartsWith("POST / HTTP/1.1\r\n"),
                      HasSubstr("Content-Type: application/x-www-form-urlencoded\r\n"),
                      EndsWith("\r\nContent-Length: 7\r\n\r\na=1&b=2")));
    EXPECT_THAT(sent(":80/", with_data(), ""), EndsWith("Content-Length: 0\r\n\r\n"));
}

TEST(request, has_the_fields_that_were_asked_for_instead_of_its_own) {
    http_options http;
    http.headers = {{"host", "other", header_field::action::send},
                    {"Accept", "", header_field::action::leave_out},
                    {"X-Empty", "", header_field::action::send}};
    http.user_agent = "me";
    http.user = "ann:secret";
    http.cookies = {"a=1", "b=2"};
    EXPECT_EQ(sent(":80/", http),
              "GET / HTTP/1.1\r\nUser-Agent: me\r\nAuthorization: Basic YW5uOnNlY3JldA==\r\n"
              "Cookie: a=1; b=2\r\nhost: other\r\nX-Empty: \r\n\r\n");
}

TEST(request, takes_name_and_password_from_the_url) {
    EXPECT_THAT(sent("http://ann:secret@h/"), HasSubstr("Authorization: Basic YW5uOnNlY3JldA=="));
}

TEST(request, is_put_together_anew_where_it_has_slots) {
    const request_script script(":80/{{seq}}/x?n={{rand 7 7}}", with_data(), "id={{seq}}");
    EXPECT_THAT(sent(script, 9), AllOf(StartsWith("POST /9/x?n=7 HTTP/1.1\r\n"),
                                       EndsWith("Content-Length: 4\r\n\r\nid=9")));
    EXPECT_THAT(sent(script, 1000), EndsWith("Content-Length: 7\r\n\r\nid=1000"));
}

TEST(request, that_cannot_be_made_says_why) {
    EXPECT_THAT(refusal(":80/{{seq"), HasSubstr("no }} for this {{"));
    EXPECT_THAT(refusal(":80/{{sequence}}"), HasSubstr("there are {{seq}}, {{rand 1 100}}"));
    EXPECT_THAT(refusal(":80/{{rand 5 1}}"), HasSubstr("no slot of that kind"));
    EXPECT_THAT(refusal("http://{{seq}}.example/"), HasSubstr("for the path and the query"));
    EXPECT_THAT(refusal("db:5432"), Not(HasSubstr("none")));
}

TEST(script, draws_every_number_of_a_range) {
    text_script script;
    ASSERT_FALSE(text_script::parse("{{rand 3 6}}", script).has_value());
    EXPECT_FALSE(script.is_constant());
    std::set<std::string> drawn;
    for (int i = 0; i < 200; ++i) {
        std::string text;
        script.append_to(text, {1, random_bits});
        drawn.insert(text);
    }
    EXPECT_EQ(drawn, (std::set<std::string>{"3", "4", "5", "6"}));
}

TEST(script, goes_through_the_lines_of_a_file_again_and_again) {
    const auto path = std::filesystem::temp_directory_path() / "grove_bench_lines";
    std::ofstream(path) << "one\r\n\ntwo\nthree";
    text_script script;
    ASSERT_FALSE(text_script::parse("<{{line " + path.string() + "}}>", script).has_value());
    std::string text;
    for (std::uint64_t i = 1; i <= 4; ++i) script.append_to(text, {i, random_bits});
    EXPECT_EQ(text, "<one><two><three><one>");
    std::filesystem::remove(path);
    EXPECT_THROW((void)text_script::parse("{{line " + path.string() + "}}", script),
                 std::system_error);
}

}  // namespace
