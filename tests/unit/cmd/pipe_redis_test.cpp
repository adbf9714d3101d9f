// SPDX-License-Identifier: MIT
#include "cmd/pipe/redis/redis_place.hpp"
#include "cmd/pipe/redis/redis_reply.hpp"
#include "cmd/pipe/redis/redis_source.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;
using kind = redis_reply::kind;

/// Bytes as a stream that has come whole.
class text_stream {
 public:
    explicit text_stream(std::string bytes) : bytes_(std::move(bytes)) {}

    std::string read_line(std::size_t /*longest*/) {
        const std::size_t end = bytes_.find('\n', at_);
        if (end == std::string::npos) throw stage_failed("the end");
        std::string line = bytes_.substr(at_, end + 1 - at_);
        at_ = end + 1;
        return line;
    }

    void read_exactly(std::string& into) {
        if (bytes_.size() - at_ < into.size()) throw stage_failed("the end");
        into = bytes_.substr(at_, into.size());
        at_ += into.size();
    }

    [[nodiscard]] bool at_end() const { return at_ == bytes_.size(); }

 private:
    std::string bytes_;
    std::size_t at_ = 0;
};

redis_reply reply(const std::string& bytes) {
    text_stream from(bytes);
    redis_reply read = read_reply(from);
    EXPECT_TRUE(from.at_end()) << bytes;
    return read;
}

TEST(pipe_redis_reply, each_kind_is_read) {
    EXPECT_EQ(reply("+OK\r\n").text, "OK");
    EXPECT_EQ(reply("-ERR no\r\n").what, kind::error);
    EXPECT_TRUE(reply("-BUSYGROUP x\r\n").is_error("BUSYGROUP"));
    EXPECT_EQ(reply(":-12\r\n").number, -12);
    EXPECT_EQ(reply("$4\r\na\r\nb\r\n").text, "a\r\nb");
    EXPECT_EQ(reply("$0\r\n\r\n").what, kind::text);
    EXPECT_EQ(reply("$-1\r\n").what, kind::null);
    EXPECT_EQ(reply("*-1\r\n").what, kind::null);
    EXPECT_EQ(reply("*0\r\n").what, kind::array);
    const auto nested = reply("*2\r\n*1\r\n:7\r\n$1\r\nx\r\n");
    EXPECT_EQ(nested.items.at(0).items.at(0).number, 7);
    EXPECT_EQ(nested.items.at(1).text, "x");
}

TEST(pipe_redis_reply, what_is_none_is_refused) {
    for (const char* const bytes :
         {"x\r\n", "+OK\n", "\r\n", ":a\r\n", "$1x\r\na\r\n", "$1\r\nab\r\n", "*1\r\n?\r\n",
          "$999999999999\r\n", "*999999999\r\n",
          "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n"}) {
        text_stream from(bytes);
        EXPECT_THROW(static_cast<void>(read_reply(from)), stage_failed) << bytes;
    }
}

TEST(pipe_redis_reply, a_command_is_an_array_of_texts) {
    std::string bytes;
    append_command(bytes, {"GET", "a b"});
    EXPECT_EQ(bytes, "*2\r\n$3\r\nGET\r\n$3\r\na b\r\n");
}

TEST(pipe_redis_place, a_source_names_its_group) {
    redis_place place;
    EXPECT_EQ(parse_source("redis://h/jobs?group=g&lease=5s&deliveries=2&until=empty&db=3", place),
              std::nullopt);
    EXPECT_EQ(place.server.endpoint(), "h:6379");
    EXPECT_EQ(place.stream, "jobs");
    EXPECT_EQ(place.group, "g");
    EXPECT_EQ(place.lease, 5s);
    EXPECT_EQ(place.deliveries, 2U);
    EXPECT_TRUE(place.until_empty);
    EXPECT_EQ(place.database, 3U);
    EXPECT_FALSE(place.consumer.empty());
}

TEST(pipe_redis_place, names_may_be_percent_encoded) {
    redis_place place;
    EXPECT_EQ(parse_sink("redis://h:1/a%3Fb/c?maxlen=5", place), std::nullopt);
    EXPECT_EQ(place.stream, "a?b/c");
    EXPECT_EQ(place.maxlen, 5U);
}

TEST(pipe_redis_place, what_is_wrong_says_what_to_write) {
    redis_place place;
    EXPECT_EQ(parse_source("redis://h/jobs", place),
              "it names no group: redis://host/stream?group=g");
    EXPECT_EQ(parse_source("redis://h?group=g", place),
              "it names no stream: redis://host/stream?group=g");
    EXPECT_EQ(parse_source("redis://h/s?grp=g", place),
              "there is no grp=; there are group consumer lease deliveries until maxlen lag db");
    EXPECT_EQ(parse_source("redis://h/s?group=g&lease=1ms", place), "a lease is 100ms at least");
    EXPECT_EQ(parse_sink("redis://h/s?group=g", place), "group= is for a source");
    EXPECT_EQ(parse_sink("tcp://h:1", place), "a pipe's streams are redis://");
}

stream_entry entry(std::vector<std::string> fields) {
    return {.id = "1-0", .fields = std::move(fields)};
}

TEST(pipe_stream_entry, the_item_is_a_field_or_all_of_them) {
    EXPECT_EQ(item_of(entry({"a", "1", "item", "x"}), '\n'), "x");
    EXPECT_EQ(item_of(entry({"url", "x"}), '\n'), "x");
    EXPECT_EQ(item_of(entry({"a", "1", "b", "2"}), '\n'), R"({"a":"1","b":"2"})");
    EXPECT_EQ(item_of(entry({"item", "x\ny"}), '\n'), R"({"item":"x\ny"})");
    EXPECT_EQ(item_of(entry({"item", "x\ny"}), '\0'), "x\ny");
}

TEST(pipe_stream_entry, entries_are_read_and_those_that_are_gone_are_known) {
    const auto entries = entries_of(
        reply("*2\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n*2\r\n$3\r\n2-0\r\n*-1\r\n"));
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[0].fields, (std::vector<std::string>{"a", "b"}));
    EXPECT_FALSE(entries[0].is_gone);
    EXPECT_EQ(entries[1].id, "2-0");
    EXPECT_TRUE(entries[1].is_gone);
    EXPECT_TRUE(entries_of({}).empty());
    EXPECT_THROW(static_cast<void>(entries_of(reply(":1\r\n"))), stage_failed);
}

}  // namespace
}  // namespace grove::cmd
