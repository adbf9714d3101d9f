// SPDX-License-Identifier: MIT
#include "cmd/bench/load/request_script.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace {

using grove::cmd::data_piece;
using grove::cmd::header_field;
using grove::cmd::http_options;
using grove::cmd::request_script;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::mt19937_64 random_bits(5);

std::unique_ptr<request_script> script(std::string_view url, const http_options& http = {},
                                       const std::string& body = {}) {
    return grove::cmd::script_for(grove::cmd::parse_bench_target(url), http, body);
}

std::string sent(const request_script& what, std::uint64_t number = 1) {
    request_script::buffers buffers;
    return std::string(what.bytes({number, random_bits}, buffers));
}

std::string sent(std::string_view url, const http_options& http = {},
                 const std::string& body = {}) {
    return sent(*script(url, http, body));
}

std::string refusal(std::string_view url, const http_options& http = {}) {
    try {
        (void)script(url, http);
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

http_options method(std::string name) {
    http_options http;
    http.method = std::move(name);
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
    const auto changing = script(":80/{{seq}}/x?n={{rand 7 7}}", with_data(), "id={{seq}}");
    EXPECT_THAT(sent(*changing, 9), AllOf(StartsWith("POST /9/x?n=7 HTTP/1.1\r\n"),
                                          EndsWith("Content-Length: 4\r\n\r\nid=9")));
    EXPECT_THAT(sent(*changing, 1000), EndsWith("Content-Length: 7\r\n\r\nid=1000"));
}

TEST(request, that_cannot_be_made_says_why) {
    EXPECT_THAT(refusal(":80/{{seq"), HasSubstr("no }} for this {{"));
    EXPECT_THAT(refusal(":80/{{sequence}}"), HasSubstr("there are {{seq}}, {{rand 1 100}}"));
    EXPECT_THAT(refusal(":80/{{rand 5 1}}"), HasSubstr("no slot of that kind"));
    EXPECT_THAT(refusal("http://{{seq}}.example/"), HasSubstr("for the path and the query"));
}

TEST(request, to_an_echo_is_the_data_or_64_bytes) {
    EXPECT_EQ(sent("tcp://h:7", with_data(), "hello {{seq}}"), "hello 1");
    const std::string usual = sent("h:7");
    EXPECT_EQ(usual.size(), 64U);
    EXPECT_EQ(usual.back(), '\n');
    EXPECT_EQ(sent("unix:/run/echo", with_data(), "x"), "x");
}

TEST(request, to_a_name_server_is_a_query) {
    using namespace std::string_literals;
    EXPECT_EQ(sent("dns://127.0.0.1:5353/example.org?type=AAAA"),
              "\0\0\1\0\0\1\0\0\0\0\0\0\7example\3org\0\0\x1c\0\1"s);
    EXPECT_THAT(sent("dns://127.0.0.1/n{{seq}}.example"), HasSubstr("\2n1\7example"));
}

TEST(request, that_a_target_cannot_be_asked_says_why) {
    EXPECT_THAT(refusal("udp://h:1"), HasSubstr("bench cannot load udp targets"));
    EXPECT_THAT(refusal("dns:example.org"), HasSubstr("only a named server is loaded"));
    EXPECT_THAT(refusal("dns://127.0.0.1/a..b"), HasSubstr("is no name"));
    EXPECT_THAT(refusal("dns://127.0.0.1/a?type=Q"), HasSubstr("write ?type=A"));
    http_options with_field;
    with_field.headers = {{"A", "b", header_field::action::send}};
    EXPECT_THAT(refusal("tcp://h:1", with_field), HasSubstr("-H says nothing to a tcp target"));
    EXPECT_THAT(refusal("dns://h/a", with_data()), HasSubstr("-d says nothing to a dns target"));
    EXPECT_THAT(refusal("ws://h/", method("PUT")), HasSubstr("-X says nothing to a ws target"));
    EXPECT_THAT(refusal("tcp://h:1", with_data()), HasSubstr("needs at least a byte"));
}

}  // namespace
