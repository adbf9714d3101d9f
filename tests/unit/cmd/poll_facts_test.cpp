// SPDX-License-Identifier: MIT
#include "cmd/poll/probe/probe_facts.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace grove::cmd {
namespace {

using enum target_scheme;

expression expected(const char* text) {
    expression made;
    const auto wrong = expression::parse(text, poll_facts(), made);
    EXPECT_FALSE(wrong.has_value()) << text;
    return made;
}

probe_result judged(const char* text, target_scheme scheme, const probe_sight& seen) {
    probe_result got;
    got.good = true;
    probe_expectations({expected(text)}, scheme).judge(seen, got);
    return got;
}

TEST(poll_facts, are_those_that_a_scheme_can_tell) {
    EXPECT_TRUE(tells_all(http, expected("status == 200 && json.a == 1 && time < 1s")));
    EXPECT_FALSE(tells_all(tcp, expected("status == 200")));
    EXPECT_TRUE(tells_all(tcp, expected("time.connect < 1s && address ~ /^127/")));
    EXPECT_TRUE(tells_all(file, expected("size > 0 && body contains \"x\"")));
    EXPECT_FALSE(tells_all(file, expected("size > 0 && status == 200")));
    EXPECT_TRUE(tells_all(exec, expected("exit == 3 && stdout ~ /x/")));
    EXPECT_FALSE(tells_all(http, expected("time.tls < 1s")));
}

TEST(poll_facts, hold_a_target_to_nothing_it_cannot_tell) {
    const probe_times times;
    probe_sight seen{};
    seen.times = &times;
    EXPECT_TRUE(judged("status == 200", tcp, seen).good);
}

TEST(poll_facts, of_an_answer_are_its_own) {
    probe_times times;
    times.connect = std::chrono::milliseconds(3);
    const std::string body = R"({"ready": false})";
    const std::array fields{http_field{"Content-Type", "application/json"}};
    probe_sight seen{};
    seen.status = 200;
    seen.fields = fields;
    seen.body = body;
    seen.size = body.size();
    seen.address = "127.0.0.1:80";
    seen.times = &times;
    EXPECT_TRUE(judged("status == 200 && header.content-type ~ /json/", http, seen).good);
    EXPECT_TRUE(judged("size < 1k && time.connect == 3ms", http, seen).good);
    EXPECT_TRUE(judged("json.ready == false && address == \"127.0.0.1:80\"", http, seen).good);
    const probe_result got = judged("json.ready == true", http, seen);
    EXPECT_FALSE(got.good);
    EXPECT_EQ(got.what, "not as expected: json.ready == true");
    EXPECT_EQ(got.detail, "  json.ready is false");
}

}  // namespace
}  // namespace grove::cmd
