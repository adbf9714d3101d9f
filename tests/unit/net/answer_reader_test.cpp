// SPDX-License-Identifier: MIT
#include "net/answer_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace {

using grove::http::answer_body;
using grove::http::answer_fault;
using grove::http::answer_reader;
using testing::ElementsAre;
using testing::StartsWith;
using step = answer_reader::step;

/// A connection that gives its bytes in pieces of one size and then ends.
class wire {
 public:
    wire(std::string bytes, std::size_t piece) : bytes_(std::move(bytes)), piece_(piece) {}

    step read(answer_reader& into, answer_body body = answer_body::any, std::size_t keep = 1000) {
        into.begin(body, keep);
        for (;;) {
            const step s = into.next();
            if (s != step::starved) return s;
            fill(into);
        }
    }

    /// `200: body.`, or with `!` for an answer that breaks off.
    std::string read_parts(answer_reader& into, answer_body body = answer_body::any) {
        into.begin_parts(body);
        std::string told;
        for (;;) {
            switch (into.next()) {
                case step::starved:
                    fill(into);
                    break;
                case step::head:
                    told += std::to_string(into.status()) + ": ";
                    break;
                case step::piece:
                    EXPECT_FALSE(into.piece().empty());
                    told += into.piece();
                    break;
                case step::end:
                    return told + ".";
                case step::failed:
                    return told + "!";
            }
        }
    }

 private:
    void fill(answer_reader& into) {
        const std::span<char> room = into.room();
        const std::size_t count = std::min({piece_, room.size(), bytes_.size() - at_});
        if (count == 0) into.ended();
        std::copy_n(bytes_.data() + at_, count, room.data());
        into.filled(count);
        at_ += count;
    }

    std::string bytes_;
    std::size_t piece_;
    std::size_t at_ = 0;
};

class answers : public testing::TestWithParam<std::size_t> {
 protected:
    answer_reader reader_;

    static wire of(std::string bytes) { return {std::move(bytes), GetParam()}; }

    /// What is wrong with these bytes.
    answer_fault fault_of(std::string bytes) {
        answer_reader reader;
        wire from = of(std::move(bytes));
        EXPECT_EQ(from.read(reader), step::failed);
        EXPECT_FALSE(reader.reason().empty());
        EXPECT_FALSE(reader.keep_alive());
        return reader.fault();
    }
};

INSTANTIATE_TEST_SUITE_P(read, answers, testing::Values(100'000, 1, 7),
                         [](const auto& of) { return "by_" + std::to_string(of.param); });

TEST_P(answers, with_a_length_end_where_it_says) {
    wire from =
        of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 404 No\r\n"
           "Content-Length: 0\r\n\r\n");
    ASSERT_EQ(from.read(reader_), step::end);
    EXPECT_EQ(reader_.status(), 200U);
    EXPECT_EQ(reader_.head(), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    EXPECT_EQ(reader_.body(), "hello");
    EXPECT_EQ(reader_.body_size(), 5U);
    EXPECT_EQ(reader_.wire_size(), 43U);
    EXPECT_TRUE(reader_.keep_alive());
    ASSERT_EQ(from.read(reader_), step::end);
    EXPECT_EQ(reader_.status(), 404U);
    EXPECT_EQ(reader_.body(), "");
    EXPECT_EQ(reader_.rest(), "");
}

TEST_P(answers, in_chunks_end_at_the_last) {
    wire from =
        of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
           "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: 1\r\n\r\nHTTP/1.1 204 No\r\n\r\n");
    ASSERT_EQ(from.read(reader_), step::end);
    EXPECT_EQ(reader_.body(), "hello world");
    EXPECT_EQ(reader_.body_size(), 11U);
    ASSERT_EQ(from.read(reader_), step::end);
    EXPECT_EQ(reader_.status(), 204U);
}

TEST_P(answers, without_a_length_end_with_the_connection) {
    wire from = of("HTTP/1.1 200 OK\r\n\r\nall of it");
    ASSERT_EQ(from.read(reader_), step::end);
    EXPECT_EQ(reader_.body(), "all of it");
    EXPECT_FALSE(reader_.keep_alive());
}

TEST_P(answers, to_head_have_no_body_whatever_they_say) {
    wire from =
        of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
           "HTTP/1.1 200 OK\r\n\r\n");
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(from.read(reader_, answer_body::none), step::end);
        EXPECT_EQ(reader_.body_size(), 0U);
        EXPECT_TRUE(reader_.keep_alive());
    }
}

TEST_P(answers, without_a_body_by_their_status_end_with_their_head) {
    wire from = of("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nHTTP/1.1 204 No\r\n\r\n");
    ASSERT_EQ(from.read(reader_), step::end);
    EXPECT_EQ(reader_.status(), 304U);
    ASSERT_EQ(from.read(reader_), step::end);
    EXPECT_EQ(reader_.status(), 204U);
}

TEST_P(answers, in_parts_tell_the_head_then_the_body_and_no_more) {
    wire from =
        of("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
           "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
           "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nend"
           "HTTP/1.1 204 No\r\n\r\n");
    EXPECT_EQ(from.read_parts(reader_), "200: hello world.");
    EXPECT_EQ(reader_.body(), "");
    EXPECT_EQ(reader_.body_size(), 11U);
    EXPECT_EQ(from.read_parts(reader_), "200: end.");
    EXPECT_TRUE(reader_.keep_alive());
    EXPECT_EQ(from.read_parts(reader_), "204: .");
}

TEST_P(answers, in_parts_end_with_the_connection_or_break_off) {
    wire whole = of("HTTP/1.1 200 OK\r\n\r\nall of it");
    EXPECT_EQ(whole.read_parts(reader_), "200: all of it.");
    EXPECT_FALSE(reader_.keep_alive());
    answer_reader other;
    wire broken = of("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
    EXPECT_EQ(broken.read_parts(other), "200: hello!");
    EXPECT_EQ(other.fault(), answer_fault::truncated);
}

TEST_P(answers, in_parts_to_head_are_a_head) {
    wire from = of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 404 No\r\n\r\n");
    EXPECT_EQ(from.read_parts(reader_, answer_body::none), "200: .");
    EXPECT_EQ(from.read_parts(reader_, answer_body::none), "404: .");
}

TEST_P(answers, in_advance_are_passed_over) {
    wire from =
        of("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
           "HTTP/1.1 201 Made\r\nContent-Length: 2\r\n\r\nok");
    ASSERT_EQ(from.read(reader_), step::end);
    EXPECT_EQ(reader_.status(), 201U);
    EXPECT_THAT(std::string(reader_.head()), StartsWith("HTTP/1.1 201"));
    EXPECT_EQ(reader_.wire_size(), 104U);
}

TEST_P(answers, that_switch_protocols_leave_what_follows) {
    wire from =
        of("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n"
           "Upgrade: websocket\r\n\r\n\x81\x02hi");
    ASSERT_EQ(from.read(reader_), step::end);
    EXPECT_EQ(reader_.status(), 101U);
    EXPECT_FALSE(reader_.keep_alive());
    EXPECT_TRUE(std::string_view("\x81\x02hi").starts_with(reader_.rest()));
    EXPECT_EQ(reader_.rest().size(), std::min<std::size_t>(GetParam() == 100'000 ? 4 : 0, 4));
}

TEST_P(answers, say_whether_another_request_may_follow) {
    const auto keeps = [&](const std::string& text) {
        answer_reader reader;
        wire from = of(text + "Content-Length: 0\r\n\r\n");
        EXPECT_EQ(from.read(reader), step::end);
        return reader.keep_alive();
    };
    EXPECT_TRUE(keeps("HTTP/1.1 200 OK\r\n"));
    EXPECT_FALSE(keeps("HTTP/1.1 200 OK\r\nConnection: close\r\n"));
    EXPECT_FALSE(keeps("HTTP/1.0 200 OK\r\n"));
    EXPECT_TRUE(keeps("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"));
}

TEST_P(answers, keep_as_much_of_a_body_as_is_asked_for) {
    const std::string body(100'000, 'x');
    wire from =
        of("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + body + "HTTP/1.1 200 OK\r\n\r\n");
    ASSERT_EQ(from.read(reader_, answer_body::any, 10), step::end);
    EXPECT_EQ(reader_.body(), std::string(10, 'x'));
    EXPECT_EQ(reader_.body_size(), 100'000U);
    EXPECT_EQ(reader_.head(), "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    ASSERT_EQ(from.read(reader_, answer_body::any, 0), step::end);
    EXPECT_EQ(reader_.body(), "");
}

TEST_P(answers, that_are_cut_off_are_truncated) {
    for (const char* text : {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "HTTP/1.1 200 O",
                             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                             "HTTP/1.1 100 Continue\r\n\r\nH"})
        EXPECT_EQ(fault_of(text), answer_fault::truncated) << text;
}

TEST_P(answers, that_never_begin_are_told_as_closed) {
    EXPECT_EQ(fault_of(""), answer_fault::closed);
}

TEST_P(answers, that_are_no_http_are_malformed) {
    for (const char* text :
         {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc OK\r\n\r\n", "\x16\x03\x01\x02",
          "HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\nhello",
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"})
        EXPECT_EQ(fault_of(text), answer_fault::malformed) << text;
}

TEST_P(answers, with_a_head_above_the_limit_are_refused) {
    EXPECT_EQ(fault_of("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x')),
              answer_fault::too_large);
    wire from =
        of("HTTP/1.1 200 OK\r\nX: " + std::string(60'000, 'x') + "\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(from.read(reader_), step::end);
    EXPECT_GT(reader_.head().size(), 60'000U);
}

TEST_P(answers, follow_each_other_for_ever_in_the_same_memory) {
    std::string many;
    for (int i = 0; i < 2000; ++i) many += "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n";
    wire from = of(std::move(many));
    for (int i = 0; i < 2000; ++i) ASSERT_EQ(from.read(reader_), step::end) << i;
    EXPECT_LE(reader_.room().size(), 32U << 10);
    EXPECT_EQ(from.read(reader_), step::failed);
    EXPECT_EQ(reader_.fault(), answer_fault::closed);
}

}  // namespace
