// SPDX-License-Identifier: MIT
#include "tests/support/http_client_bytes.hpp"

#include <grove/http_date.hpp>
#include <grove/http_server.hpp>
#include <grove/hub.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

// What a server answers, byte for byte (Date left out). The requests are sent whole and byte by
// byte; the answers must be the same.

namespace {

using grove::http_request;
using grove::http_response;
using grove_test::ask;

/// Named after what is special about the requests.
struct answer_case {
    std::string name;
    std::string section;  ///< that says what must be answered
    std::string requests;
    std::string answers;
};

void PrintTo(const answer_case& one, std::ostream* out) {
    *out << one.name << " (" << one.section << ")";
}

const std::map<std::string, grove::http_server::handler, std::less<>> handlers = {
    {"/hello", [](http_request&, http_response& r) { r.send("hello"); }},
    {"/nothing", [](http_request&, http_response&) {}},
    {"/status/204", [](http_request&, http_response& r) { r.status(204).send("no body"); }},
    {"/status/205", [](http_request&, http_response& r) { r.status(205).send(); }},
    {"/status/304", [](http_request&, http_response& r) { r.status(304).send("no body"); }},
    {"/length/304", [](http_request&, http_response& r) { r.status(304).length(7).send(); }},
    {"/status/599", [](http_request&, http_response& r) { r.status(599).send(); }},
    {"/stream",
     [](http_request&, http_response& r) {
         r.write("one");
         r.write("");
         r.write(std::string(17, 'x'));
     }},
    {"/stream/204",
     [](http_request&, http_response& r) {
         r.status(204);
         r.write("one");
     }},
    {"/stream/nothing", [](http_request&, http_response& r) { r.flush(); }},
    {"/length",
     [](http_request&, http_response& r) {
         r.length(6);
         r.write("one");
         r.write("two");
     }},
    {"/echo", [](http_request& q, http_response& r) { r.send(q.body()); }},
    {"/echo/stream",
     [](http_request& q, http_response& r) {
         for (auto piece = q.read_some(); !piece.empty(); piece = q.read_some()) r.write(piece);
     }},
    {"/fields", [](http_request&, http_response& r) { r.add("X-A", "1").add("X-A", "2").send(); }},
    {"/date", [](http_request&,
                 http_response& r) { r.add("date", "Thu, 01 Jan 1970 00:00:00 GMT").send(); }},
    {"/close", [](http_request&, http_response& r) { r.close().send("bye"); }},
    {"/upgrade",
     [](http_request&, http_response& r) {
         auto other = r.add("X-A", "1").upgrade("shout");
         other.peer.write_all("[" + other.read_ahead + "]");
     }},
};

void answer(http_request& asked, http_response& to) {
    const auto found = handlers.find(asked.path());
    if (found == handlers.end()) throw grove::http_error(404);
    found->second(asked, to);
}

std::string get(const std::string& path, const std::string& fields = "", int minor = 1) {
    return "GET " + path + " HTTP/1." + std::to_string(minor) + "\r\nHost: a\r\n" + fields + "\r\n";
}

std::string head_of(const std::string& path) {
    return "HEAD " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

std::string post(const std::string& path, const std::string& fields, const std::string& body) {
    return "POST " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}

std::string ok(const std::string& body, const std::string& fields = "") {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + fields +
           "\r\n" + body;
}

/// A status that ends the connection, with a line of text.
std::string refused(const std::string& status, const std::string& text) {
    return "HTTP/1.1 " + status +
           "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " +
           std::to_string(text.size() + 1) + "\r\nConnection: close\r\n\r\n" + text + "\n";
}

const std::string close_field = "Connection: close\r\n";
const std::string keep_field = "Connection: keep-alive\r\n";
const std::string in_chunks = "Transfer-Encoding: chunked\r\n";
const std::string hello = ok("hello");
const std::string not_found =
    "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 10\r\n"
    "\r\nNot Found\n";
const std::string streamed = "3\r\none\r\n11\r\nxxxxxxxxxxxxxxxxx\r\n0\r\n\r\n";

const std::vector<answer_case> all_cases = {
    // --- a body and its length ---
    {"whole", "9110 8.6", get("/hello"), hello},
    {"empty", "9110 8.6", get("/nothing"), ok("")},
    {"head_says_the_length", "9110 9.3.2", head_of("/hello"),
     "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"},
    {"head_of_an_error", "9110 9.3.2", head_of("/none"),
     not_found.substr(0, not_found.size() - 10)},
    {"head_of_a_stream", "9112 6.1", head_of("/stream"),
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"},
    {"head_of_a_known_length", "9110 9.3.2", head_of("/length"),
     "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"},
    {"no_content", "9112 6.3", get("/status/204"), "HTTP/1.1 204 No Content\r\n\r\n"},
    {"no_content_streamed", "9112 6.3", get("/stream/204"), "HTTP/1.1 204 No Content\r\n\r\n"},
    {"reset_content", "9110 15.3.6", get("/status/205"),
     "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n"},
    {"not_modified", "9112 6.3", get("/status/304"), "HTTP/1.1 304 Not Modified\r\n\r\n"},
    {"not_modified_says_another_length", "9110 8.6", get("/length/304"),
     "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"},
    {"status_without_a_phrase", "9112 4", get("/status/599"),
     "HTTP/1.1 599 Unknown\r\nContent-Length: 0\r\n\r\n"},
    {"fields_of_one_name", "9110 5.3", get("/fields"),
     "HTTP/1.1 200 OK\r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 0\r\n\r\n"},
    {"error", "9110 15.5.5", get("/none"), not_found},
    // --- a stream ---
    {"chunks", "9112 7.1", get("/stream"), "HTTP/1.1 200 OK\r\n" + in_chunks + "\r\n" + streamed},
    {"no_chunk_but_the_last", "9112 7.1", get("/stream/nothing"),
     "HTTP/1.1 200 OK\r\n" + in_chunks + "\r\n0\r\n\r\n"},
    {"known_length", "9110 8.6", get("/length"), ok("onetwo")},
    {"stream_to_the_end_for_1_0", "9112 6.3", get("/stream", keep_field, 0) + get("/hello"),
     "HTTP/1.1 200 OK\r\n" + close_field + "\r\nonexxxxxxxxxxxxxxxxx"},
    // --- the connection afterwards ---
    {"kept_by_1_1", "9112 9.3", get("/hello") + get("/none") + get("/hello"),
     hello + not_found + hello},
    {"close_is_asked_for", "9112 9.6", get("/hello", close_field) + get("/hello"),
     ok("hello", close_field)},
    {"close_in_a_list", "9110 7.6.1", get("/hello", "Connection: x, Close\r\n") + get("/hello"),
     ok("hello", close_field)},
    {"close_by_the_handler", "9112 9.6", get("/close") + get("/hello"), ok("bye", close_field)},
    {"not_kept_by_1_0", "9112 9.3", "GET /hello HTTP/1.0\r\n\r\n" + get("/hello"),
     ok("hello", close_field)},
    {"kept_by_1_0_if_asked", "9112 9.3", get("/hello", keep_field, 0) + get("/hello"),
     ok("hello", keep_field) + hello},
    {"known_length_for_1_0_is_kept", "9112 9.3", get("/length", keep_field, 0) + get("/hello"),
     ok("onetwo", keep_field) + hello},
    // --- a request's body ---
    {"body", "9112 6.2", post("/echo", "Content-Length: 3\r\n", "abc") + get("/hello"),
     ok("abc") + hello},
    {"body_in_chunks", "9112 7.1",
     post("/echo", in_chunks, "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: 1\r\n\r\n") + get("/hello"),
     ok("abcde") + hello},
    {"no_body", "9112 6.3", post("/echo", "", "") + get("/hello"), ok("") + hello},
    {"body_of_no_bytes", "9112 6.3", post("/echo", "Content-Length: 0\r\n", "") + get("/hello"),
     ok("") + hello},
    {"body_that_nobody_reads", "9112 9.3",
     post("/hello", "Content-Length: 3\r\n", "abc") + get("/none"), hello + not_found},
    {"chunks_that_nobody_reads", "9112 9.3",
     post("/hello", in_chunks, "3\r\nabc\r\n0\r\n\r\n") + get("/none"), hello + not_found},
    {"broken_chunks", "9112 7.1", post("/echo", in_chunks, "x\r\nabc\r\n") + get("/hello"),
     refused("400 Bad Request", "Invalid character in chunk size")},
    // --- Expect ---
    {"continue_not_needed", "9110 10.1.1",
     post("/echo", "Content-Length: 3\r\nExpect: 100-continue\r\n", "abc"), ok("abc")},
    {"continue_without_a_body", "9110 10.1.1", get("/hello", "Expect: 100-continue\r\n"), hello},
    {"continue_that_nobody_reads", "9110 10.1.1",
     post("/hello", "Content-Length: 3\r\nExpect: 100-continue\r\n", "") + get("/hello"),
     ok("hello", close_field)},
    {"continue_from_1_0", "9110 10.1.1",
     "POST /echo HTTP/1.0\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc",
     ok("abc", close_field)},
    {"another_expectation", "9110 10.1.1", get("/hello", "Expect: more\r\n") + get("/hello"),
     refused("417 Expectation Failed", "unknown expectation")},
    // --- requests that are refused ---
    {"no_host", "9112 3.2", "GET /hello HTTP/1.1\r\n\r\n", refused("400 Bad Request", "no Host")},
    {"two_hosts", "9112 3.2", get("/hello", "Host: b\r\n"),
     refused("400 Bad Request", "more than one Host")},
    {"no_host_in_1_0", "9112 3.2", "GET /hello HTTP/1.0\r\n\r\n", ok("hello", close_field)},
    {"whole_url", "9112 3.2.2", get("http://b.test/hello?x"), hello},
    {"unknown_method", "9110 9.1", "BREW /hello HTTP/1.1\r\nHost: a\r\n\r\n",
     refused("501 Not Implemented", "unknown method")},
    {"connect", "9110 9.3.6", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
     refused("501 Not Implemented", "CONNECT: this is no proxy")},
    {"later_version", "9110 15.6.6", "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n",
     refused("505 HTTP Version Not Supported", "not HTTP/1.0 or HTTP/1.1")},
    {"refused_after_a_good_one", "9112 2.2", get("/hello") + "GET /hello\r\n\r\n",
     hello + refused("400 Bad Request", "no valid request line")},
    {"two_lengths", "9112 6.3", post("/echo", "Content-Length: 3\r\n" + in_chunks, "0\r\n\r\n"),
     refused("400 Bad Request", "Content-Length can't be present with Transfer-Encoding")},
    // --- another protocol ---
    {"upgrade", "9110 7.8", get("/upgrade", "Connection: upgrade\r\nUpgrade: shout\r\n") + "ahead",
     "HTTP/1.1 101 Switching Protocols\r\nX-A: 1\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n"
     "[ahead]"},
    {"upgrade_not_taken_up", "9110 7.8",
     get("/hello", "Connection: upgrade\r\nUpgrade: shout\r\n") + get("/none"), hello + not_found},
    {"upgrade_not_asked_for", "9110 7.8", get("/upgrade"),
     "HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain; charset=utf-8\r\n"
     "Content-Length: 22\r\n\r\nInternal Server Error\n"},
};

class http1_answers : public testing::TestWithParam<answer_case> {
 protected:
    http1_answers() {
        grove::hub::current().set_error_handler([](std::string_view, std::exception_ptr) {});
    }

    grove::http_server server_{"127.0.0.1:0", answer};
};

INSTANTIATE_TEST_SUITE_P(to, http1_answers, testing::ValuesIn(all_cases),
                         [](const auto& one) { return one.param.name; });

TEST_P(http1_answers, are_these_bytes_when_the_requests_come_at_once) {
    EXPECT_EQ(ask(server_.local(), GetParam().requests), GetParam().answers)
        << "RFC " << GetParam().section;
}

/// What comes before the request is read shows in the answer.
bool depends_on_when_it_comes(const answer_case& one) {
    return one.name == "continue_not_needed" || one.name == "upgrade";
}

TEST_P(http1_answers, are_the_same_when_they_come_byte_by_byte) {
    if (depends_on_when_it_comes(GetParam())) GTEST_SKIP() << "the bytes are in another order";
    EXPECT_EQ(ask(server_.local(), GetParam().requests, 1), GetParam().answers)
        << "RFC " << GetParam().section;
}

TEST(http1_answer, is_100_to_a_client_that_waits_for_it) {  // RFC 9110 10.1.1
    const grove::http_server server("127.0.0.1:0", answer);
    grove::socket client = grove::socket::connect(server.local());
    client.write_all(post("/echo", "Content-Length: 3\r\nExpect: 100-continue\r\n", ""));
    EXPECT_EQ(grove_test::read_up_to(client, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    client.write_all("abc" + get("/hello", close_field));
    EXPECT_EQ(grove_test::without_date(grove_test::read_all(client)),
              ok("abc") + ok("hello", close_field));
}

TEST(http1_answer, has_the_date_of_now) {
    const grove::http_server server("127.0.0.1:0", answer);
    grove::socket client = grove::socket::connect(server.local());
    client.write_all(get("/hello", close_field));
    const std::string got = grove_test::read_all(client);
    const std::size_t at = got.find("Date: ");
    ASSERT_NE(at, std::string::npos);
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto date = grove::parse_http_date(got.substr(at + 6, grove::http_date_size), now);
    ASSERT_TRUE(date);
    EXPECT_LE(std::chrono::abs(now - *date), std::chrono::seconds(2));
}

TEST(http1_answer, has_the_handlers_date_if_it_gives_one) {
    const grove::http_server server("127.0.0.1:0", answer);
    grove::socket client = grove::socket::connect(server.local());
    client.write_all(get("/date", close_field));
    EXPECT_EQ(grove_test::read_all(client),
              "HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\nContent-Length: 0\r\n"
              "Connection: close\r\n\r\n");
}

}  // namespace
