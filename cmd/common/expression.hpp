// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/text_error.hpp"
#include "cmd/common/units.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace boost::json {
class value;
}

/// The language of `--expect` and of a recipe's `expect` and `when`:
///
///     status == 200                  = is ==; also != < <= > >=
///     header.etag ~ "^W/"            RE2 in quotes or /slashes/; !~ is its opposite
///     body contains "ok"             also: a JSON array contains a value
///     json.items[0].id == "a"        absent is null, and unequal to everything else
///     time < 200ms && size < 1MB     units as on the command line; 0 needs none
///     p99 <= baseline * 1.05         + - * / on numbers; spaces around a minus
///     sha256 == 9f86d0…              a bare word after == and != is a text
///     !(errors > 0.1%) || exit == 0
///
/// Text is checked when it is parsed: every name must exist in the schema, units must agree and
/// patterns must compile. What is left for the evaluation are JSON and headers, whose types are not
/// known before: what does not fit is then false, and the explanation says why.
///
/// Limits: 4096 bytes of text, operators nested 32 deep. Threads: immutable; copies share it.

namespace grove::cmd {

/// What a name stands for.
enum class fact_type : unsigned char {
    number,
    duration,
    size,
    byte_rate,
    event_rate,
    ratio,
    text,
    boolean,
    json,      ///< a document: `name`, `name.key`, `name[0].key`
    family,    ///< `name.key`: a text for any key, or absent; keys may hold dashes and have no case
    baseline,  ///< what it is compared with, in an earlier run: `p99 <= name`, or `name.p99`
};

/// One name that a verb offers.
struct fact {
    std::string_view name;  ///< `status`, `time.dns`, `header`
    fact_type type = fact_type::number;
    std::string_view help;  ///< for documentation: `HTTP status of the last answer`
};

/// The value of a fact. Monostate: absent (no such header, never got that far). Numbers are in base
/// units: seconds, bytes, a second. Texts and documents must stay valid while the source does.
using fact_value =
    std::variant<std::monostate, double, bool, std::string_view, const boost::json::value*>;

/// Where a verb's values come from.
class fact_source {
 public:
    virtual ~fact_source() = default;

    /// The value of the fact `name`; `key` is what follows the dot of a family or a baseline, in
    /// lower case for a family, else empty. Asked once an evaluation, and only when it is needed.
    [[nodiscard]] virtual fact_value value(std::string_view name, std::string_view key) const = 0;
};

struct verdict {
    bool holds = false;
    /// Where it does not hold, for people: the expression, then a line for each name in it with its
    /// actual value; long texts are cut to where they differ. No final line feed.
    std::string explanation;

    [[nodiscard]] explicit operator bool() const noexcept { return holds; }
};

namespace expression_detail {
struct node;
}

class expression {
 public:
    /// True for ever.
    expression() = default;

    /// Reads and checks `text`. Result: what is wrong with it; `into` is then unchanged. `schema`
    /// is needed during the call only. Call it from main's stack: what is nested deepest takes more
    /// than a greenlet has.
    [[nodiscard]] static std::optional<text_error> parse(std::string_view text,
                                                         std::span<const fact> schema,
                                                         expression& into);

    /// Throws: whatever `facts` throws.
    [[nodiscard]] verdict evaluate(const fact_source& facts) const;

    /// As it was typed.
    [[nodiscard]] const std::string& source() const noexcept { return source_; }

    /// In the canonical form, which parses to the same.
    [[nodiscard]] std::string text() const;

    /// True when it refers to the fact `name` (`json`, `sha256`, `header`): what a verb must keep
    /// or compute before it can evaluate.
    [[nodiscard]] bool mentions(std::string_view name) const noexcept;

 private:
    std::string source_;
    std::shared_ptr<const expression_detail::node> root_;
    std::vector<std::string> facts_;  // the schema names in it, each once
};

}  // namespace grove::cmd
