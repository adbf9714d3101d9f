// SPDX-License-Identifier: MIT
#include "net/field_syntax.hpp"
#include "net/request_reader.hpp"
#include "tests/fuzz/pieces.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// A connection's bytes, behind one that says how they come: heads, bodies and chunks. Whatever the
// pieces, they must become the same requests, and what they hold must be what the reader promises.

namespace {

using namespace grove::http;
using grove_fuzz::expect;
using grove_fuzz::expect_equal;
using grove_fuzz::feed;
using step = request_reader::step;

class teller {
 public:
    explicit teller(const request_reader& reader) : reader_(reader) {}

    bool operator()(step what) {
        switch (what) {
            case step::head:
                take_head();
                return true;
            case step::body:
                expect(!reader_.piece().empty(), "an empty piece of a body");
                body_ += reader_.piece();
                return true;
            case step::end:
                expect(framing_ != body_framing::length || body_.size() == length_,
                       "a body of another length");
                told_ += body_ + "\nend\n";
                body_.clear();
                return true;
            default:
                expect(reader_.fault().status >= 400 && !reader_.fault().reason.empty(),
                       "a fault without a status");
                // Where there are two, the pieces decide which is seen first.
                told_ += "fault\n";
                return false;
        }
    }

    [[nodiscard]] const std::string& told() const { return told_; }

 private:
    void take_head() {
        const request_head& head = reader_.head();
        expect(is_token(head.method) && !head.target.empty(), "no method or no target");
        expect(head.minor <= 1, "another version");
        told_ += std::string(head.method) + ' ' + std::string(head.target) + '\n';
        for (const header_view& field : head.headers) {
            expect(is_token(field.name) && is_field_value(field.value), "no valid field");
            expect(trimmed(field.value) == field.value, "blanks around a value");
            told_ += std::string(field.name) + ": " + std::string(field.value) + '\n';
        }
        framing_ = head.framing;
        length_ = head.length;
        told_ += head.keep_alive ? "keep-alive\n" : "close\n";
    }

    const request_reader& reader_;
    std::string body_;
    body_framing framing_ = body_framing::none;
    std::uint64_t length_ = 0;
    std::string told_;
};

std::string read(std::string_view bytes, std::size_t piece) {
    // What chunks add is counted a read, so its bound is left where no input gets.
    request_reader reader({.target = 500, .head = 2000, .fields = 20});
    teller tell(reader);
    feed(reader, bytes, piece, [&](step what) { return tell(what); });
    return tell.told();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::string whole = read(bytes, bytes.size());
    expect_equal(whole, read(bytes, 1), "byte by byte it becomes another");
    expect_equal(whole, read(bytes, 2U + data[0]), "in pieces it becomes another");
    return 0;
}
