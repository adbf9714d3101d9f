// SPDX-License-Identifier: MIT
#include "net/request_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

// Requests as bytes. Each is read whole and byte by byte; both must end the same.

namespace {

using grove::http::request_reader;
using step = request_reader::step;

/// Named after what is special about the bytes.
struct request_case {
    std::string name;
    std::string section;  ///< that says what must become of it
    std::string bytes;
    std::string outcome;  ///< a status, or the requests: `GET /x|POST /y:body`
};

void PrintTo(const request_case& one, std::ostream* out) {
    *out << one.name << " (" << one.section << ")";
}

/// Appends what a step tells; false when nothing more can come.
bool tell(const request_reader& reader, step what, std::string& outcome) {
    switch (what) {
        case step::head:
            if (!outcome.empty()) outcome += '|';
            outcome += std::string(reader.head().method) + ' ' + std::string(reader.head().target);
            if (reader.head().framing != grove::http::body_framing::none) outcome += ':';
            return true;
        case step::body:
            outcome += reader.piece();
            return true;
        case step::failed:
            outcome = std::to_string(reader.fault().status);
            return false;
        default:
            return true;
    }
}

std::string outcome_of(std::string_view bytes, std::size_t piece) {
    request_reader reader;
    std::string outcome;
    bool whole = true;
    for (;;) {
        const step what = reader.next();
        if (!tell(reader, what, outcome)) return outcome;
        if (what == step::end) whole = true;
        if (what == step::head) whole = false;
        if (what != step::starved) continue;
        if (bytes.empty()) return whole && reader.idle() ? outcome : outcome + "...";
        const std::span<char> room = reader.room();
        const std::size_t count = std::min({piece, room.size(), bytes.size()});
        std::copy_n(bytes.data(), count, room.data());
        reader.filled(count);
        bytes.remove_prefix(count);
    }
}

std::string get(const std::string& fields, const std::string& target = "/") {
    return "GET " + target + " HTTP/1.1\r\n" + fields + "\r\n";
}

std::string post(const std::string& fields, const std::string& body) {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

const std::string host = "Host: a\r\n";
const std::string chunked = "Transfer-Encoding: chunked\r\n";

using std::string_literals::operator""s;

const std::vector<request_case> all_cases = {
    // --- the request line ---
    {"plain", "9112 3", get(host), "GET /"},
    {"empty_lines_before", "9112 2.2", "\r\n\r\n" + get(host), "GET /"},
    {"two_spaces_after_the_method", "9112 3", "GET  / HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"two_spaces_before_the_version", "9112 3", "GET /  HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"space_after_the_version", "9112 3", "GET / HTTP/1.1 \r\n" + host + "\r\n", "400"},
    {"tab_for_a_space", "9112 3", "GET\t/ HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"space_before_the_method", "9112 3", " GET / HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"no_target", "9112 3.2", "GET HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"space_in_the_target", "9112 3.2", "GET /a b HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"zero_byte_in_the_target", "9112 3.2", "GET /a\0b HTTP/1.1\r\n"s + host + "\r\n", "400"},
    {"unknown_method", "9110 9.1", "BREW / HTTP/1.1\r\n" + host + "\r\n", "501"},
    {"method_in_small_letters", "9110 9.1", "get / HTTP/1.1\r\n" + host + "\r\n", "501"},
    {"method_that_is_no_token", "9110 5.6.2", "GE(T / HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"long_target", "9110 4.1", get(host, "/" + std::string(7990, 'x')),
     "GET /" + std::string(7990, 'x')},
    {"longer_target", "9110 15.5.15", get(host, "/" + std::string(8000, 'x')), "414"},
    // --- the forms of a target ---
    {"absolute_target", "9112 3.2.2", get(host, "http://b.test/x"), "GET http://b.test/x"},
    {"asterisk_for_options", "9112 3.2.4", "OPTIONS * HTTP/1.1\r\n" + host + "\r\n", "OPTIONS *"},
    {"asterisk_for_get", "9112 3.2.4", get(host, "*"), "400"},
    {"authority_for_connect", "9112 3.2.3", "CONNECT a:443 HTTP/1.1\r\n" + host + "\r\n",
     "CONNECT a:443"},
    {"path_for_connect", "9112 3.2.3", "CONNECT /x HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"authority_for_get", "9112 3.2.3", get(host, "a:443"), "400"},
    {"path_without_a_slash", "9112 3.2.1", get(host, "index.html"), "400"},
    {"fragment", "9112 3.2", get(host, "/a#b"), "400"},
    {"other_scheme", "9110 7.4", get(host, "ftp://a/x"), "400"},
    // --- the version ---
    {"version_1_0", "9112 2.3", "GET / HTTP/1.0\r\n\r\n", "GET /"},
    {"version_1_2", "9112 2.3", "GET / HTTP/1.2\r\n" + host + "\r\n", "505"},
    {"version_2_0", "9110 15.6.6", "GET / HTTP/2.0\r\n" + host + "\r\n", "505"},
    {"version_0_9", "9112 2.3", "GET / HTTP/0.9\r\n\r\n", "505"},
    {"no_version", "9112 3", "GET /\r\n\r\n", "400"},
    {"version_in_small_letters", "9112 2.3", "GET / http/1.1\r\n" + host + "\r\n", "400"},
    {"version_of_three_numbers", "9112 2.3", "GET / HTTP/1.1.1\r\n" + host + "\r\n", "400"},
    {"another_protocol", "9112 2.3", "OPTIONS * RTSP/1.0\r\n\r\n", "505"},
    {"preface_of_http_2", "9113 3.4", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"},
    // --- Host ---
    {"no_host", "9112 3.2", "GET / HTTP/1.1\r\n\r\n", "400"},
    {"two_hosts", "9112 3.2", get(host + host), "400"},
    {"two_hosts_in_1_0", "9112 3.2", "GET / HTTP/1.0\r\n" + host + host + "\r\n", "400"},
    {"empty_host", "9110 7.2", get("Host:\r\n"), "GET /"},
    {"host_with_port", "9110 7.2", get("Host: [::1]:8080\r\n"), "GET /"},
    {"host_that_is_a_list", "9112 3.2", get("Host: a, b\r\n"), "400"},
    {"host_with_a_user", "9112 3.2", get("Host: u@a\r\n"), "400"},
    {"host_with_a_path", "9112 3.2", get("Host: a/b\r\n"), "400"},
    // --- fields ---
    {"space_before_the_colon", "9112 5.1", get("Host : a\r\n"), "400"},
    {"tab_before_the_colon", "9112 5.1", get("Host\t: a\r\n"), "400"},
    {"space_before_the_first_field", "9112 2.2", get(" Host: a\r\n"), "400"},
    {"no_colon", "9112 5", get(host + "novalue\r\n"), "400"},
    {"no_name", "9112 5.1", get(host + ": v\r\n"), "400"},
    {"name_that_is_no_token", "9110 5.1", get(host + "a(b: v\r\n"), "400"},
    {"folded_field", "9112 5.2", get(host + "X: a\r\n b\r\n"), "400"},
    {"folded_field_of_white_space", "9112 5.2", get(host + "X: a\r\n \r\n"), "400"},
    {"zero_byte_in_a_value", "9110 5.5", get(host + "X: a\0b\r\n"s), "400"},
    {"control_byte_in_a_value", "9110 5.5",
     get(host + "X: a\x01"
                "b\r\n"),
     "400"},
    {"carriage_return_in_a_value", "9112 2.2", get(host + "X: a\rb\r\n"), "400"},
    {"carriage_return_in_the_line", "9112 2.2", "GET /\r HTTP/1.1\r\n" + host + "\r\n", "400"},
    {"old_letters_in_a_value", "9110 5.5", get(host + "X: \xe9\r\n"), "GET /"},
    {"bare_line_feeds", "9112 2.2", "GET / HTTP/1.1\nHost: a\n\n", "400"},
    {"bare_line_feed_after_a_field", "9112 2.2", get("Host: a\n"), "400"},
    {"bare_line_feed_at_the_end", "9112 2.2", "GET / HTTP/1.1\r\nHost: a\r\n\n", "400"},
    {"a_hundred_and_one_fields", "6585 5",
     get(host +
         [] {
             std::string many;
             for (int i = 0; i < 100; ++i) many += "X: y\r\n";
             return many;
         }()),
     "431"},
    {"large_head", "6585 5", get(host + "X: " + std::string(70'000, 'v') + "\r\n"), "431"},
    // --- the length of the body ---
    {"body", "9112 6.2", post("Content-Length: 3\r\n", "abc"), "POST /:abc"},
    {"body_of_a_get", "9110 9.3.1", get(host + "Content-Length: 3\r\n") + "abc", "GET /:abc"},
    {"no_length_no_body", "9112 6.3", post("", "") + get(host, "/2"), "POST /|GET /2"},
    {"short_body", "9112 8", post("Content-Length: 4\r\n", "abc"), "POST /:abc..."},
    {"two_lengths", "9112 6.3", post("Content-Length: 3\r\nContent-Length: 4\r\n", "abc"), "400"},
    {"the_same_length_twice", "9112 6.3", post("Content-Length: 3\r\nContent-Length: 3\r\n", ""),
     "400"},
    {"list_of_lengths", "9112 6.3", post("Content-Length: 3, 3\r\n", "abc"), "400"},
    {"signed_length", "9110 8.6", post("Content-Length: +3\r\n", "abc"), "400"},
    {"negative_length", "9110 8.6", post("Content-Length: -3\r\n", "abc"), "400"},
    {"empty_length", "9110 8.6", post("Content-Length:\r\n", ""), "400"},
    {"hexadecimal_length", "9110 8.6", post("Content-Length: 0x3\r\n", "abc"), "400"},
    {"length_with_a_space", "9110 8.6", post("Content-Length: 1 0\r\n", "abc"), "400"},
    {"length_beyond_64_bits", "9110 8.6", post("Content-Length: 18446744073709551616\r\n", ""),
     "400"},
    // --- transfer codings ---
    {"chunked", "9112 7.1", post(chunked, "3\r\nabc\r\n0\r\n\r\n"), "POST /:abc"},
    {"chunked_in_capitals", "9112 7", post("Transfer-Encoding: Chunked\r\n", "0\r\n\r\n"),
     "POST /:"},
    {"chunked_and_a_length", "9112 6.3", post(chunked + "Content-Length: 3\r\n", "0\r\n\r\n"),
     "400"},
    {"a_length_and_chunked", "9112 6.3", post("Content-Length: 3\r\n" + chunked, "0\r\n\r\n"),
     "400"},
    {"chunked_in_1_0", "9112 6.1", "POST / HTTP/1.0\r\n" + host + chunked + "\r\n0\r\n\r\n", "400"},
    {"unknown_coding_before_chunked", "9112 6.1",
     post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), "501"},
    {"chunked_is_not_last", "9112 6.3", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"),
     "400"},
    {"unknown_coding_alone", "9112 6.3", post("Transfer-Encoding: gzip\r\n", ""), "400"},
    {"identity", "9112 6.3", post("Transfer-Encoding: identity\r\n", ""), "400"},
    {"chunked_twice", "9112 7.1", post(chunked + chunked, "0\r\n\r\n"), "400"},
    {"something_like_chunked", "9112 6.1", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
     "400"},
    {"chunked_behind_a_control_byte", "9110 5.5",
     post("Transfer-Encoding: \x0b"
          "chunked\r\n",
          "0\r\n\r\n"),
     "400"},
    {"empty_coding", "9112 6.1", post("Transfer-Encoding:\r\n", "0\r\n\r\n"), "400"},
    // --- chunks ---
    {"several_chunks", "9112 7.1", post(chunked, "1\r\na\r\n2\r\nbc\r\n0\r\n\r\n"), "POST /:abc"},
    {"size_in_capitals", "9112 7.1", post(chunked, "A\r\n0123456789\r\n0\r\n\r\n"),
     "POST /:0123456789"},
    {"extension", "9112 7.1.1", post(chunked, "3;a=b\r\nabc\r\n0\r\n\r\n"), "POST /:abc"},
    {"trailer", "9112 7.1.2", post(chunked, "3\r\nabc\r\n0\r\nX: y\r\n\r\n"), "POST /:abc"},
    {"no_size", "9112 7.1", post(chunked, "\r\nabc\r\n0\r\n\r\n"), "400"},
    {"size_that_is_no_number", "9112 7.1", post(chunked, "x\r\nabc\r\n0\r\n\r\n"), "400"},
    {"size_with_a_prefix", "9112 7.1", post(chunked, "0x3\r\nabc\r\n0\r\n\r\n"), "400"},
    {"size_with_a_sign", "9112 7.1", post(chunked, "+3\r\nabc\r\n0\r\n\r\n"), "400"},
    {"size_beyond_64_bits", "9112 7.1", post(chunked, "10000000000000000\r\n"), "400"},
    {"chunk_longer_than_its_size", "9112 7.1", post(chunked, "3\r\nabcd\r\n0\r\n\r\n"), "400"},
    {"bare_line_feed_after_a_size", "9112 7.1", post(chunked, "3\nabc\r\n0\r\n\r\n"), "400"},
    {"bare_line_feed_after_a_chunk", "9112 7.1", post(chunked, "3\r\nabc\n0\r\n\r\n"), "400"},
    {"space_before_a_size", "9112 7.1", post(chunked, " 3\r\nabc\r\n0\r\n\r\n"), "400"},
    // --- the connection ---
    {"pipelined", "9112 9.3.2", get(host, "/1") + get(host, "/2"), "GET /1|GET /2"},
    {"pipelined_after_chunks", "9112 9.3.2", post(chunked, "1\r\na\r\n0\r\n\r\n") + get(host, "/2"),
     "POST /:a|GET /2"},
    {"upgrade_not_taken", "9110 7.8",
     get(host + "Connection: Upgrade\r\nUpgrade: h2c\r\n") + get(host, "/2"), "GET /|GET /2"},
    {"unknown_expectation", "9110 10.1.1", post("Expect: 200-ok\r\nContent-Length: 1\r\n", "a"),
     "417"},
    {"tls_in_plain_text", "9112 3", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, "400"},
};

class http1_requests : public testing::TestWithParam<request_case> {};

TEST_P(http1_requests, becomes_what_the_section_says) {
    EXPECT_EQ(outcome_of(GetParam().bytes, GetParam().bytes.size()), GetParam().outcome);
}

TEST_P(http1_requests, becomes_the_same_byte_by_byte) {
    EXPECT_EQ(outcome_of(GetParam().bytes, 1), GetParam().outcome);
}

INSTANTIATE_TEST_SUITE_P(rfc, http1_requests, testing::ValuesIn(all_cases),
                         [](const auto& one) { return one.param.name; });

}  // namespace
