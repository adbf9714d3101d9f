// SPDX-License-Identifier: MIT
#include "net/websocket_frames.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

// Frames as bytes. Each case is read whole, byte by byte and in pieces of seven, and must become
// the same.

namespace {

using grove::ws::frame_reader;
using grove::ws::masking;
using step = frame_reader::step;
using std::string_literals::operator""s;

/// Named after what is special about the bytes.
struct frame_case {
    std::string name;
    std::string section;  ///< of RFC 6455 that says what must become of it
    std::string bytes;
    /// `text:hello`, `binary:..`, `ping:..`, `pong:..`, `close:1000:reason`, joined by `|`; the
    /// code it is refused with; `...` when more must come.
    std::string outcome;
    masking frames = masking::forbidden;
};

void PrintTo(const frame_case& one, std::ostream* out) {
    *out << one.name << " (RFC 6455 " << one.section << ")";
}

constexpr std::uint64_t limit = 70000;

/// What a reader tells, as text.
class listener {
 public:
    /// False when nothing more can come.
    bool tell(const frame_reader& reader, step what) {
        switch (what) {
            case step::data:
                message_ += reader.payload();
                if (reader.last()) add((reader.is_text() ? "text:" : "binary:") + message_);
                if (reader.last()) message_.clear();
                return true;
            case step::ping:
                add("ping:" + std::string(reader.payload()));
                return true;
            case step::pong:
                add("pong:" + std::string(reader.payload()));
                return true;
            case step::close:
                add("close:" + std::to_string(reader.close_code()) + ':' +
                    std::string(reader.payload()));
                return true;
            case step::failed:
                add(std::to_string(reader.fault().code));
                return false;
            case step::starved:
                return true;
        }
        return false;
    }

    void add(const std::string& what) { outcome_ += (outcome_.empty() ? "" : "|") + what; }

    [[nodiscard]] const std::string& outcome() const { return outcome_; }

 private:
    std::string message_;
    std::string outcome_;
};

std::string outcome_of(std::string_view bytes, masking frames, std::size_t piece) {
    frame_reader reader(frames, limit);
    listener told;
    for (;;) {
        const step what = reader.next();
        if (!told.tell(reader, what)) break;
        if (what != step::starved) continue;
        if (bytes.empty()) {
            if (!reader.idle() && !told.outcome().starts_with("close")) told.add("...");
            break;
        }
        const std::span<char> room = reader.room();
        const std::size_t count = std::min({piece, room.size(), bytes.size()});
        std::copy_n(bytes.data(), count, room.data());
        reader.filled(count);
        bytes.remove_prefix(count);
    }
    return told.outcome();
}

std::string x(std::size_t count) {
    return std::string(count, 'x');
}

/// A text in one frame, its size in the second byte.
std::string text(const std::string& payload) {
    return "\x81"s + static_cast<char>(payload.size()) + payload;
}

std::string close(int code, const std::string& reason = {}) {
    return "\x88"s + static_cast<char>(reason.size() + 2) + static_cast<char>(code >> 8) +
           static_cast<char>(code) + reason;
}

const std::vector<frame_case> all_cases = {
    // --- the examples of section 5.7 ---
    {"hello", "5.7", "\x81\x05Hello"s, "text:Hello"},
    {"masked_hello", "5.7", "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s, "text:Hello",
     masking::required},
    {"hello_in_two_fragments", "5.7", "\x01\x03Hel\x80\x02lo"s, "text:Hello"},
    {"ping_of_hello", "5.7", "\x89\x05Hello"s, "ping:Hello"},
    {"masked_pong_of_hello", "5.7", "\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s, "pong:Hello",
     masking::required},
    {"binary_of_256_bytes", "5.7", "\x82\x7e\x01\x00"s + x(256), "binary:" + x(256)},
    {"binary_of_64_KiB", "5.7", "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s + x(65536),
     "binary:" + x(65536)},
    // --- lengths ---
    {"empty_text", "5.2", "\x81\x00"s, "text:"},
    {"empty_binary", "5.2", "\x82\x00"s, "binary:"},
    {"empty_masked", "5.2", "\x82\x80\x01\x02\x03\x04"s, "binary:", masking::required},
    {"length_125", "5.2", text(x(125)), "text:" + x(125)},
    {"length_126_in_16_bits", "5.2", "\x82\x7e\x00\x7e"s + x(126), "binary:" + x(126)},
    {"length_125_in_16_bits", "5.2", "\x82\x7e\x00\x7d"s, "1002"},
    {"length_0_in_16_bits", "5.2", "\x82\x7e\x00\x00"s, "1002"},
    {"length_65535_in_16_bits", "5.2", "\x82\x7e\xff\xff"s + x(65535), "binary:" + x(65535)},
    {"length_65535_in_64_bits", "5.2", "\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff"s, "1002"},
    {"length_1_in_64_bits", "5.2", "\x82\x7f\x00\x00\x00\x00\x00\x00\x00\x01"s, "1002"},
    {"length_with_the_highest_bit", "5.2", "\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00"s, "1002"},
    {"half_a_length", "5.2", "\x82\x7e\x01"s, "..."},
    {"half_a_head", "5.2", "\x81"s, "..."},
    {"half_a_payload", "5.2", "\x81\x05Hel"s, "..."},
    {"half_a_key", "5.2", "\x81\x85\x37\xfa"s, "...", masking::required},
    // --- reserved bits and opcodes ---
    {"rsv1", "5.2", "\xc1\x00"s, "1002"},
    {"rsv2", "5.2", "\xa1\x00"s, "1002"},
    {"rsv3", "5.2", "\x91\x00"s, "1002"},
    {"rsv1_in_a_ping", "5.2", "\xc9\x00"s, "1002"},
    {"rsv1_in_a_continuation", "5.2", "\x01\x01x\xc0\x00"s, "1002"},
    {"opcode_3", "5.2", "\x83\x00"s, "1002"},
    {"opcode_7", "5.2", "\x87\x00"s, "1002"},
    {"opcode_11", "5.2", "\x8b\x00"s, "1002"},
    {"opcode_15", "5.2", "\x8f\x00"s, "1002"},
    {"bad_first_byte_is_enough", "5.2", "\x83"s, "1002"},
    {"good_before_bad", "5.2", text("a") + "\x83"s, "text:a|1002"},
    // --- masking ---
    {"server_sends_masked", "5.1", "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s, "1002"},
    {"client_sends_unmasked", "5.1", "\x81\x05Hello"s, "1002", masking::required},
    {"client_pings_unmasked", "5.1", "\x89\x00"s, "1002", masking::required},
    {"second_byte_is_enough", "5.1", "\x81\x05"s, "1002", masking::required},
    {"key_of_zeroes", "5.3", "\x81\x82\x00\x00\x00\x00hi"s, "text:hi", masking::required},
    {"a_key_for_each_fragment", "5.3",
     "\x01\x83\x01\x01\x01\x01\x49\x64\x6d\x80\x82\x02\x02\x02\x02\x6e\x6d"s, "text:Hello",
     masking::required},
    {"key_that_ends_inside_a_word", "5.3", "\x82\x8b\x20\x00\x00\x00\x41"s + "bcdEfghIjk",
     "binary:abcdefghijk", masking::required},
    // --- fragments ---
    {"three_fragments", "5.4",
     "\x02\x01"
     "a\x00\x01"
     "b\x80\x01"
     "c"s,
     "binary:abc"},
    {"empty_fragments", "5.4", "\x01\x00\x00\x00\x80\x00"s, "text:"},
    {"empty_last_fragment", "5.4",
     "\x01\x01"
     "a\x80\x00"s,
     "text:a"},
    {"continuation_of_nothing", "5.4",
     "\x80\x01"
     "a"s,
     "1002"},
    {"continuation_after_a_message", "5.4", text("a") + "\x80\x00"s, "text:a|1002"},
    {"text_inside_a_text", "5.4",
     "\x01\x01"
     "a\x81\x01"
     "b"s,
     "1002"},
    {"binary_inside_a_text", "5.4",
     "\x01\x01"
     "a\x82\x01"
     "b"s,
     "1002"},
    {"message_without_an_end", "5.4",
     "\x01\x01"
     "a"s,
     "..."},
    {"ping_between_fragments", "5.4",
     "\x01\x01"
     "a\x89\x01p\x80\x01"
     "b"s,
     "ping:p|text:ab"},
    {"close_between_fragments", "5.4",
     "\x01\x01"
     "a"s +
         close(1000),
     "close:1000:"},
    {"two_messages", "5.4", text("a") + text("b"), "text:a|text:b"},
    // --- control frames ---
    {"ping_without_payload", "5.5.2", "\x89\x00"s, "ping:"},
    {"ping_of_125", "5.5", "\x89\x7d"s + x(125), "ping:" + x(125)},
    {"ping_of_126", "5.5", "\x89\x7e\x00\x7e"s + x(126), "1002"},
    {"ping_in_fragments", "5.5",
     "\x09\x01"
     "a"s,
     "1002"},
    {"close_in_fragments", "5.5", "\x08\x00"s, "1002"},
    {"pong_of_64_bit_length", "5.5", "\x8a\x7f"s, "1002"},
    {"pong_nobody_asked_for", "5.5.3", "\x8a\x01p"s + text("a"), "pong:p|text:a"},
    {"payload_of_a_ping_is_no_text", "5.5.2", "\x89\x02\xff\xfe"s, "ping:\xff\xfe"},
    {"close_without_code", "5.5.1", "\x88\x00"s, "close:1005:"},
    {"close_of_one_byte", "5.5.1", "\x88\x01\x03"s, "1002"},
    {"close_with_a_reason", "5.5.1", close(1000, "bye"), "close:1000:bye"},
    {"close_with_the_longest_reason", "5.5.1", close(1000, x(123)), "close:1000:" + x(123)},
    {"close_with_a_reason_that_is_no_text", "5.5.1", close(1000, "\xc3\x28"), "1007"},
    {"close_with_half_a_character", "5.5.1", close(1000, "\xe2\x82"), "1007"},
    {"data_after_a_close", "5.5.1", close(1000) + text("late"), "close:1000:"},
    {"nonsense_after_a_close", "5.5.1", close(1000) + "\xff\xff", "close:1000:"},
    // --- close codes ---
    {"code_999", "7.4.2", close(999), "1002"},
    {"code_0", "7.4.2", close(0), "1002"},
    {"code_1001", "7.4.1", close(1001), "close:1001:"},
    {"code_1003", "7.4.1", close(1003), "close:1003:"},
    {"code_1004", "7.4.1", close(1004), "1002"},
    {"code_1005", "7.4.1", close(1005), "1002"},
    {"code_1006", "7.4.1", close(1006), "1002"},
    {"code_1007", "7.4.1", close(1007), "close:1007:"},
    {"code_1011", "7.4.1", close(1011), "close:1011:"},
    {"code_1014", "7.4.2", close(1014), "close:1014:"},
    {"code_1015", "7.4.1", close(1015), "1002"},
    {"code_1016", "7.4.2", close(1016), "1002"},
    {"code_2999", "7.4.2", close(2999), "1002"},
    {"code_3000", "7.4.2", close(3000), "close:3000:"},
    {"code_4999", "7.4.2", close(4999), "close:4999:"},
    {"code_5000", "7.4.2", close(5000), "1002"},
    // --- text (RFC 3629) ---
    {"text_of_four_lengths", "8.1", text("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\xb3"),
     "text:a\xc3\xa9\xe2\x82\xac\xf0\x9f\x8c\xb3"},
    {"character_over_two_fragments", "8.1", "\x01\x01\xc3\x80\x01\xa9"s, "text:\xc3\xa9"},
    {"character_over_two_fragments_and_a_ping", "8.1", "\x01\x01\xc3\x89\x00\x80\x01\xa9"s,
     "ping:|text:\xc3\xa9"},
    {"text_that_ends_in_half_a_character", "8.1", text("a\xe2\x82"), "1007"},
    {"fragments_that_end_in_half_a_character", "8.1", "\x01\x01\xe2\x80\x01\x82"s, "1007"},
    {"overlong_slash", "8.1", text("\xc0\xaf"), "1007"},
    {"overlong_of_three", "8.1", text("\xe0\x80\xaf"), "1007"},
    {"overlong_of_four", "8.1", text("\xf0\x80\x80\xaf"), "1007"},
    {"surrogate", "8.1", text("\xed\xa0\x80"), "1007"},
    {"before_the_surrogates", "8.1", text("\xed\x9f\xbf"), "text:\xed\x9f\xbf"},
    {"above_10FFFF", "8.1", text("\xf4\x90\x80\x80"), "1007"},
    {"the_last_character", "8.1", text("\xf4\x8f\xbf\xbf"), "text:\xf4\x8f\xbf\xbf"},
    {"first_byte_f5", "8.1", text("\xf5"), "1007"},
    {"lone_continuation", "8.1", text("12345678\x80"), "1007"},
    {"told_before_the_frame_is_whole", "8.1",
     "\x81\x7d"
     "abc\xff"s,
     "1007"},
    {"told_before_the_character_is_whole", "8.1", "\x01\x01\xf4\x00\x01\x90"s, "1007"},
    {"zero_character", "8.1", text("a\0b"s), "text:a\0b"s},
    {"binary_is_not_looked_at", "5.6", "\x82\x02\xff\xff"s, "binary:\xff\xff"},
    // --- the limit: 70000 ---
    {"message_at_the_limit", "10.4", "\x82\x7f\x00\x00\x00\x00\x00\x01\x11\x70"s + x(70000),
     "binary:" + x(70000)},
    {"message_above_the_limit", "10.4", "\x82\x7f\x00\x00\x00\x00\x00\x01\x11\x71"s, "1009"},
    {"message_of_63_bits", "10.4", "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"s, "1009"},
    {"fragments_above_the_limit", "10.4",
     "\x02\x7f\x00\x00\x00\x00\x00\x01\x11\x70"s + x(70000) + "\x80\x01"s, "1009"},
    {"limit_is_for_one_message", "10.4",
     "\x82\x7e\xff\xff"s + x(65535) + "\x82\x7e\xff\xff"s + x(65535),
     "binary:" + x(65535) + "|binary:" + x(65535)},
};

class websocket_frames : public testing::TestWithParam<frame_case> {
 protected:
    static void expect_outcome(std::size_t piece) {
        const frame_case& one = GetParam();
        EXPECT_EQ(outcome_of(one.bytes, one.frames, piece), one.outcome);
    }
};

TEST_P(websocket_frames, become_what_the_section_says) {
    expect_outcome(GetParam().bytes.size());
}

TEST_P(websocket_frames, become_the_same_byte_by_byte) {
    expect_outcome(1);
}

TEST_P(websocket_frames, become_the_same_in_pieces_of_seven) {
    expect_outcome(7);
}

INSTANTIATE_TEST_SUITE_P(rfc6455, websocket_frames, testing::ValuesIn(all_cases),
                         [](const auto& one) { return one.param.name; });

}  // namespace
