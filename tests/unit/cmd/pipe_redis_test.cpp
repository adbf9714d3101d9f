// SPDX-License-Identifier: MIT
#include "cmd/common/output.hpp"
#include "cmd/pipe/redis/redis_connection.hpp"
#include "cmd/pipe/redis/redis_place.hpp"
#include "cmd/pipe/redis/redis_reply.hpp"
#include "cmd/pipe/redis/stream_entry.hpp"
#include "cmd/pipe/redis/stream_gap.hpp"

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
              "it names no group: redis://host/stream?group=g; to write to it: "
              "then redis://host/stream");
    EXPECT_EQ(parse_source("redis://h?group=g", place),
              "it names no stream: redis://host/stream?group=g");
    EXPECT_EQ(parse_source("redis://h/s?grp=g", place),
              "there is no grp=; there are group consumer lease deliveries until maxlen lag db");
    EXPECT_EQ(parse_source("redis://h/s?group=g&lease=1ms", place), "a lease is 100ms at least");
    EXPECT_EQ(parse_source("redis://h/s?group=g&deliveries=1", place),
              "deliveries is 2 at least: the first may have been only read ahead");
    EXPECT_EQ(parse_sink("redis://h/s?group=g", place), "group= is for a source");
    EXPECT_EQ(parse_sink("tcp://h:1", place), "a pipe's streams are redis://");
}

TEST(pipe_redis_connection, a_name_that_cannot_exist_is_not_tried_again) {
    redis_place place;
    place.server.host = std::string(64, 'a');  // a part of a name is 63 long at most
    place.server.port = 6379;
    output talk({});
    redis_connection server(place, talk);
    const auto began = std::chrono::steady_clock::now();
    EXPECT_THROW(static_cast<void>(server.command({"PING"})), stage_failed);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 30s) << "a server that is away gets 60 s";
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

/// Entries that were delivered so often.
std::vector<past_delivery> past(const std::vector<unsigned>& times) {
    std::vector<past_delivery> made;
    for (const unsigned each : times) made.push_back({.id = "1-0", .consumer = "c", .times = each});
    return made;
}

TEST(pipe_stream_entry, the_fewer_deliveries_are_left_the_fewer_are_tried_together) {
    const auto many = [](unsigned times) { return past(std::vector<unsigned>(2000, times)); };
    EXPECT_EQ(deliver_together(many(1), 5), 512U);
    EXPECT_EQ(deliver_together(many(2), 5), 64U);
    EXPECT_EQ(deliver_together(many(3), 5), 8U);
    EXPECT_EQ(deliver_together(many(4), 5), 1U);
    EXPECT_EQ(deliver_together(many(1), 2), 1U);
    EXPECT_EQ(deliver_together(many(5), 5), 512U) << "those are put aside, not tried";
}

TEST(pipe_stream_entry, one_that_was_delivered_often_is_not_tried_with_others) {
    EXPECT_EQ(deliver_together(past({4, 1, 1}), 5), 1U);
    EXPECT_EQ(deliver_together(past({1, 1, 4, 1}), 5), 2U);
    EXPECT_EQ(deliver_together(past({5, 4, 4}), 5), 1U);
    EXPECT_EQ(deliver_together({}, 5), 0U);
}

/// An entry ends its consumer whenever it is tried; who else is in the same step is delivered with
/// it. Result: the times that each was delivered when that one is put aside.
std::vector<past_delivery> until_the_first_is_put_aside(unsigned most) {
    auto pending = past(std::vector<unsigned>(1000, 1));
    while (pending.front().times < most) {
        const std::size_t step = deliver_together(pending, most);
        for (std::size_t i = 0; i < step; ++i) ++pending[i].times;
    }
    return pending;
}

TEST(pipe_stream_entry, one_that_ends_its_consumers_uses_up_no_deliveries_of_others) {
    for (const unsigned most : {2U, 3U, 4U, 5U, 9U}) {
        const auto pending = until_the_first_is_put_aside(most);
        for (std::size_t i = 1; i < pending.size(); ++i)
            ASSERT_LT(pending[i].times, most) << i << " of " << most;
    }
}

TEST(pipe_stream_entry, numbers_are_ordered_as_the_server_orders_them) {
    EXPECT_LT(stream_id::of("9-5"), stream_id::of("10-0"));
    EXPECT_LT(stream_id::of("9-5"), stream_id::of("9-10"));
    EXPECT_EQ(stream_id::of("0-0"), stream_id());
    EXPECT_EQ(stream_id::of(""), stream_id());
}

redis_reply text(const std::string& of) {
    return {.what = kind::text, .text = of};
}

redis_reply number(std::int64_t of) {
    return {.what = kind::number, .number = of};
}

struct stream_figures {
    std::int64_t added = 0;
    std::int64_t length = 0;
    std::string first = {};
    std::string newest = {};
    redis_reply read = {};  ///< null: the server does not know
    std::string last = {};
};

std::uint64_t missing(const stream_figures& of) {
    return missing_entries(
        {.what = kind::array,
         .items = {text("length"), number(of.length), text("last-generated-id"), text(of.newest),
                   text("entries-added"), number(of.added), text("recorded-first-entry-id"),
                   text(of.first)}},
        {.what = kind::array,
         .items = {text("last-delivered-id"), text(of.last), text("entries-read"), of.read}});
}

TEST(pipe_stream_gap, what_was_trimmed_before_it_was_read_is_counted) {
    EXPECT_EQ(missing({100, 10, "91-0", "100-0", number(5), "5-0"}), 85U);
    EXPECT_EQ(missing({100, 0, "0-0", "100-0", number(5), "5-0"}), 95U);
    EXPECT_EQ(missing({100, 10, "91-0", "100-0", number(15), "100-0"}), 85U) << "read past it";
}

TEST(pipe_stream_gap, what_was_trimmed_after_it_was_read_is_not_missing) {
    EXPECT_EQ(missing({100, 10, "91-0", "100-0", number(90), "90-0"}), 0U);
    EXPECT_EQ(missing({100, 10, "91-0", "100-0", number(95), "95-0"}), 0U);
    EXPECT_EQ(missing({100, 0, "0-0", "100-0", number(100), "100-0"}), 0U);
}

TEST(pipe_stream_gap, what_the_server_does_not_know_is_not_missing) {
    EXPECT_EQ(missing({100, 10, "91-0", "100-0", {}, "5-0"}), 0U);
    EXPECT_EQ(missing({100, 10, "91-0", "100-0", number(0), "0-0"}), 0U) << "a new group";
    EXPECT_EQ(missing_entries({}, {}), 0U) << "a server before 7";
}

}  // namespace
}  // namespace grove::cmd
