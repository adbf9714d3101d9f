// SPDX-License-Identifier: MIT
#include "cmd/common/expression.hpp"
#include "cmd/common/fact_path.hpp"
#include "tests/fuzz/pieces.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// An expression of a stranger (the first line) about a document of another one (the rest). What is
// wrong has a place in it; what is well means the same in its canonical form, which is its own.

namespace {

using namespace grove::cmd;
using grove_fuzz::expect;
using grove_fuzz::expect_equal;

constexpr std::array facts{
    fact{"status", fact_type::number, ""},     fact{"time", fact_type::duration, ""},
    fact{"time.dns", fact_type::duration, ""}, fact{"size", fact_type::size, ""},
    fact{"speed", fact_type::byte_rate, ""},   fact{"rate", fact_type::event_rate, ""},
    fact{"errors", fact_type::ratio, ""},      fact{"p99", fact_type::duration, ""},
    fact{"body", fact_type::text, ""},         fact{"ok", fact_type::boolean, ""},
    fact{"json", fact_type::json, ""},         fact{"header", fact_type::family, ""},
    fact{"baseline", fact_type::baseline, ""}};

class document final : public fact_source {
 public:
    explicit document(std::string_view text) : text_(text) {
        boost::json::error_code wrong;
        json_ = boost::json::parse(boost::json::string_view(text.data(), text.size()), wrong);
        good_ = !wrong;
    }

    [[nodiscard]] fact_value value(std::string_view name, std::string_view key) const override {
        if (name == "body") return text_;
        if (name == "ok") return good_;
        if (name == "json") return good_ ? fact_value(&json_) : fact_value();
        if (name == "header") return key.empty() ? fact_value() : fact_value(text_.substr(0, 40));
        if (name == "time.dns") return {};  // never got that far
        return static_cast<double>(text_.size()) / 8;
    }

 private:
    std::string_view text_;
    boost::json::value json_;
    bool good_ = false;
};

void check_error(const text_error& wrong, std::string_view text) {
    expect(wrong.offset <= text.size(), "a place outside the text");
    expect(!wrong.what.empty(), "nothing is wrong");
}

void check_expression(std::string_view text, const fact_source& about) {
    expression one;
    if (const auto wrong = expression::parse(text, facts, one)) return check_error(*wrong, text);
    expression again;
    expect(!expression::parse(one.text(), facts, again), "the canonical form is none");
    expect_equal(one.text(), again.text(), "the canonical form has another one");
    const verdict held = one.evaluate(about);
    expect(held.holds == again.evaluate(about).holds, "the canonical form means something else");
    expect(held.holds || !held.explanation.empty(), "no word of why it does not hold");
    expect(held.explanation.find('\x1b') == std::string::npos, "an escape in the explanation");
}

void check_path(std::string_view text, const fact_source& about) {
    fact_path path;
    if (const auto wrong = fact_path::parse(text, facts, path)) return check_error(*wrong, text);
    const auto found = path.read(about);
    boost::json::error_code wrong;
    if (found && found->is_json) static_cast<void>(boost::json::parse(found->text, wrong));
    expect(!wrong, "what is said to be JSON is none");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t end = std::min(text.find('\n'), text.size());
    const document about(text.substr(std::min(end + 1, text.size())));
    check_expression(text.substr(0, end), about);
    check_path(text.substr(0, end), about);
    return 0;
}
