// SPDX-License-Identifier: MIT
#include "net/utf8_check.hpp"
#include "net/websocket_frames.hpp"
#include "tests/fuzz/pieces.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// The first byte says whose frames these are and how they come. Whatever the pieces, they must
// become the same; what became a message must survive being written and read again.

namespace {

using namespace grove::ws;
using grove_fuzz::expect;
using grove_fuzz::expect_equal;
using grove_fuzz::feed;
using step = frame_reader::step;

constexpr std::uint64_t limit = 100'000;

/// What a reader told: a line a message, a control frame or the fault.
struct account {
    std::string lines;
    std::string written;  ///< the same as frames of a server, each message in one
};

class teller {
 public:
    explicit teller(const frame_reader& reader) : reader_(reader) {}

    bool operator()(step what) {
        switch (what) {
            case step::data:
                take_data();
                return true;
            case step::ping:
            case step::pong:
                take_control(what == step::ping ? opcode::ping : opcode::pong);
                return true;
            case step::close:
                take_close();
                return true;
            default:
                expect(reader_.fault().code >= 1002 && !reader_.fault().reason.empty(),
                       "a fault without a code");
                told_.lines += "fault " + std::to_string(reader_.fault().code) + '\n';
                return false;
        }
    }

    [[nodiscard]] const account& told() const { return told_; }

 private:
    void take_data() {
        message_ += reader_.payload();
        expect(message_.size() <= limit, "a message above the limit");
        if (!reader_.last()) return;
        expect(!reader_.is_text() || grove::is_utf8(message_), "a text that is not UTF-8");
        told_.lines += (reader_.is_text() ? "text " : "binary ") + message_ + '\n';
        append_frame(told_.written, reader_.is_text() ? opcode::text : opcode::binary, true,
                     message_, std::nullopt);
        message_.clear();
    }

    void take_control(opcode what) {
        expect(reader_.payload().size() <= largest_control, "a control frame above 125 bytes");
        told_.lines += (what == opcode::ping ? "ping " : "pong ");
        told_.lines += std::string(reader_.payload()) + '\n';
        append_frame(told_.written, what, true, reader_.payload(), std::nullopt);
    }

    void take_close() {
        told_.lines += "close " + std::to_string(reader_.close_code()) + ' ';
        told_.lines += std::string(reader_.payload()) + '\n';
        append_close(told_.written, reader_.close_code(), reader_.payload(), std::nullopt);
    }

    const frame_reader& reader_;
    std::string message_;
    account told_;
};

account read(std::string_view bytes, masking frames, std::size_t piece) {
    frame_reader reader(frames, limit);
    teller tell(reader);
    feed(reader, bytes, piece, [&](step what) { return tell(what); });
    return tell.told();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const masking frames = (data[0] & 1) != 0 ? masking::required : masking::forbidden;
    const std::size_t piece = 2 + (data[0] >> 1);
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const account whole = read(bytes, frames, bytes.size());
    expect_equal(whole.lines, read(bytes, frames, 1).lines, "byte by byte it becomes another");
    expect_equal(whole.lines, read(bytes, frames, piece).lines, "in pieces it becomes another");
    const account again = read(whole.written, masking::forbidden, whole.written.size());
    if (whole.lines.find("fault ") == std::string::npos)
        expect_equal(whole.lines, again.lines, "written and read again it becomes another");
    return 0;
}
