// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/expression_node.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace grove::cmd::expression_detail {

enum class token_kind : unsigned char {
    end,
    word,     // a name, a number or a bare word
    text,     // in quotes; `text` is what they hold
    slashes,  // /pattern/; `text` is the pattern
    symbol,   // an operator or a parenthesis; also the word `contains`
};

struct token {
    token_kind kind = token_kind::end;
    std::size_t offset = 0;
    std::string text{};

    [[nodiscard]] bool is(std::string_view symbol) const noexcept {
        return kind == token_kind::symbol && text == symbol;
    }
};

/// Splits a source into tokens. What `/` and `-` mean depends on what is expected, so the parser
/// asks for an operand or for an operator. Throws: `bad_expression`.
class lexer {
 public:
    explicit lexer(std::string_view source) : source_(source) {}

    [[nodiscard]] token operand();
    [[nodiscard]] token op();

    /// A word up to the next blank, `)`, `&&` or `||`, whatever is in it: `text/html`. Where
    /// something in quotes or parentheses follows, or nothing, as `operand`.
    [[nodiscard]] token bare_operand();

    [[nodiscard]] std::size_t offset() const noexcept { return at_; }

 private:
    void skip_blanks() noexcept;
    [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept;
    [[nodiscard]] token take(token_kind kind, std::size_t size);
    [[nodiscard]] token quoted();
    [[nodiscard]] token slashes();
    [[nodiscard]] token word();
    [[nodiscard]] std::size_t name_end() const;
    [[nodiscard]] std::size_t number_end() const noexcept;
    [[nodiscard]] std::size_t bracket_end(std::size_t begin) const;

    std::string_view source_;
    std::size_t at_ = 0;
};

}  // namespace grove::cmd::expression_detail
