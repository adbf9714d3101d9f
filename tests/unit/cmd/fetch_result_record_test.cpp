// SPDX-License-Identifier: MIT
#include "cmd/fetch/input_list.hpp"
#include "cmd/fetch/result_record.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <string>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

TEST(fetch_result_record, a_whole_record_has_all_keys_in_order) {
    result_record record;
    record.url = "https://h/a";
    record.final_url = "https://m/a";
    record.status = 200;
    record.attempts = 2;
    record.bytes = 1234;
    record.resumed = 1000;
    record.file = "out/a";
    record.sha256 = "ab";
    record.http_version = "2";
    record.ip = "127.0.0.1";
    record.reused = true;
    record.timings = {1500us, 2ms, 30ms, 250ms, 1s};
    record.line = 3;
    EXPECT_EQ(to_json(record),
              R"({"url":"https://h/a","final_url":"https://m/a","status":200,"ok":true,)"
              R"("skipped":false,"attempts":2,"bytes":1234,"resumed":1000,"file":"out/a",)"
              R"("sha256":"ab","sha512":null,"http_version":"2","ip":"127.0.0.1","reused":true,)"
              R"("line":3,"error":null,"time":{"dns":0.0015,"connect":0.002,"tls":0.03,)"
              R"("first_byte":0.25,"total":1}})");
}

TEST(fetch_result_record, an_empty_record_has_nulls) {
    EXPECT_EQ(to_json({}),
              R"({"url":"","final_url":null,"status":null,"ok":true,"skipped":false,)"
              R"("attempts":0,"bytes":0,"resumed":0,"file":null,"sha256":null,"sha512":null,)"
              R"("http_version":null,"ip":null,"reused":false,"line":null,"error":null,)"
              R"("time":{"dns":null,"connect":null,"tls":null,"first_byte":null,"total":null}})");
}

TEST(fetch_result_record, an_error_has_a_class_and_a_text) {
    result_record record;
    record.error = {failure_class::status, "the server said 404", 404};
    const auto object = boost::json::parse(to_json(record)).as_object();
    EXPECT_FALSE(object.at("ok").as_bool());
    EXPECT_EQ(object.at("error").at("class").as_string(), "status");
    EXPECT_EQ(object.at("error").at("text").as_string(), "the server said 404");
}

TEST(fetch_result_record, passwords_in_urls_are_masked) {
    result_record record;
    record.url = "https://ann:secret@h/a";
    record.final_url = "https://token@h/a";
    const auto line = to_json(record);
    EXPECT_EQ(line.find("secret"), std::string::npos);
    EXPECT_EQ(line.find("token"), std::string::npos);
    EXPECT_NE(line.find("***"), std::string::npos);
}

TEST(fetch_result_record, hostile_bytes_stay_one_valid_line) {
    result_record record;
    record.url = "http://h/\n\"\\\x01\xFF\xC3";
    record.error = {failure_class::protocol, std::string("\0\r\n", 3), 0};
    const auto line = to_json(record);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_TRUE(boost::json::parse(line).is_object());
}

fetch_item full_item() {
    fetch_item item;
    item.url = "https://ann:pw@h/a\xC3\xA9";
    item.out = "d/\"x\"";
    item.digest = expected_digest{digest_algorithm::sha512, std::string(128, 'c')};
    item.headers = {{"X-A", "1"}, {"X-B", "\"2\""}, {"X-A", "3"}};
    item.mirrors = {"https://m/1", "https://m/2"};
    return item;
}

TEST(fetch_failed_line, reads_back_as_the_same_item) {
    const auto item = full_item();
    auto expected = item;
    expected.headers = {{"X-A", "1"}, {"X-A", "3"}, {"X-B", "\"2\""}};
    EXPECT_EQ(parse_input_line(failed_line(item, ""), ""), expected);
}

TEST(fetch_failed_line, of_a_plain_item_holds_its_url_alone) {
    fetch_item item;
    item.url = ":8080/x";
    EXPECT_EQ(failed_line(item, ""), R"({"url":":8080/x"})");
    EXPECT_EQ(parse_input_line(failed_line(item, ""), ""), item);
}

TEST(fetch_failed_line, keeps_the_path_that_the_run_had_given) {
    auto item = full_item();
    item.out.clear();
    EXPECT_EQ(parse_input_line(failed_line(item, "a-1.iso"), "")->out, "a-1.iso");
}

}  // namespace
}  // namespace grove::cmd
