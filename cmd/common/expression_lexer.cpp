// SPDX-License-Identifier: MIT
#include "cmd/common/expression_lexer.hpp"

#include <fmt/format.h>

#include <array>

namespace grove::cmd::expression_detail {

namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

// Bytes above ASCII count as letters: JSON keys are in any language.
bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool is_word(char c) noexcept {
    return is_letter(c) || is_digit(c);
}

[[noreturn]] void fail(std::string what, std::size_t offset, std::string hint = {}) {
    throw bad_expression{{std::move(what), offset, std::move(hint)}};
}

// What stands for something else in other languages.
std::string hint_for_word(std::string_view word) {
    if (word == "and" || word == "AND") return "write &&";
    if (word == "or" || word == "OR") return "write ||";
    if (word == "is" || word == "eq") return "write ==";
    if (word == "like" || word == "matches") return "write ~";
    return "operators are == != < <= > >= ~ !~ contains && || + - * /";
}

}  // namespace

char lexer::peek(std::size_t ahead) const noexcept {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
}

void lexer::skip_blanks() noexcept {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
}

token lexer::take(token_kind kind, std::size_t size) {
    token taken{kind, at_, std::string(source_.substr(at_, size))};
    at_ += size;
    return taken;
}

token lexer::operand() {
    skip_blanks();
    if (at_ >= source_.size()) return {token_kind::end, at_};
    const char c = peek();
    if (c == '"') return quoted();
    if (c == '/') return slashes();
    if (c == '(' || c == ')' || c == '!' || c == '-') return take(token_kind::symbol, 1);
    if (is_word(c) || (c == '.' && is_digit(peek(1)))) return word();
    if (c == '\'') fail("texts stand in double quotes", at_);
    if (c == '$') fail("names have no $", at_, "write status, not $status");
    fail("a name or a value is missing here", at_);
}

token lexer::bare_operand() {
    skip_blanks();
    if (peek() == '"' || peek() == '(' || peek() == ')' || at_ >= source_.size()) return operand();
    std::size_t size = 0;
    for (char c = peek(); c != '\0' && c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != ')';
         c = peek(++size)) {
        if ((c == '&' && peek(size + 1) == '&') || (c == '|' && peek(size + 1) == '|')) break;
    }
    return take(token_kind::word, size);
}

token lexer::op() {
    skip_blanks();
    if (at_ >= source_.size()) return {token_kind::end, at_};
    static constexpr std::array<std::string_view, 17> symbols{
        "&&", "||", "==", "!=", "<=", ">=", "!~", "=", "<", ">", "~", "+", "-", "*", "/", ")", "("};
    for (const std::string_view each : symbols) {
        if (source_.substr(at_).starts_with(each)) {
            token taken = take(token_kind::symbol, each.size());
            if (each == "=") taken.text = "==";
            return taken;
        }
    }
    if (peek() == '&' || peek() == '|') fail("is not an operator", at_, "write && or ||");
    if (!is_word(peek())) fail("is not an operator", at_, hint_for_word({}));
    const std::size_t begin = at_;
    const token found = word();
    if (found.text == "contains") return {token_kind::symbol, begin, "contains"};
    fail(fmt::format("an operator is missing before \"{}\"", found.text), begin,
         hint_for_word(found.text));
}

// Escapes: \" \\ \n \t \r. Any other backslash stays, so that patterns read as they are: "\d+".
token lexer::quoted() {
    token result{token_kind::text, at_};
    for (std::size_t at = at_ + 1; at < source_.size(); ++at) {
        const char c = source_[at];
        if (c == '"') {
            at_ = at + 1;
            return result;
        }
        const char next = at + 1 < source_.size() ? source_[at + 1] : '\0';
        if (c != '\\') {
            result.text += c;
            continue;
        }
        switch (next) {
            case '"':
                result.text += '"';
                break;
            case '\\':
                result.text += '\\';
                break;
            case 'n':
                result.text += '\n';
                break;
            case 't':
                result.text += '\t';
                break;
            case 'r':
                result.text += '\r';
                break;
            default:
                result.text += c;
                continue;
        }
        ++at;
    }
    fail("has no closing quote", at_);
}

token lexer::slashes() {
    token result{token_kind::slashes, at_};
    for (std::size_t at = at_ + 1; at < source_.size(); ++at) {
        const char c = source_[at];
        if (c == '/') {
            at_ = at + 1;
            return result;
        }
        const bool escape = c == '\\' && at + 1 < source_.size();
        if (escape && source_[at + 1] != '/') result.text += c;
        result.text += escape ? source_[++at] : c;
    }
    fail("has no closing /", at_);
}

token lexer::word() {
    const bool number = is_digit(peek()) || peek() == '.';
    return take(token_kind::word, (number ? number_end() : name_end()) - at_);
}

// Digits and what may be a unit: 250ms, 0.1%, 1000/s, 10MB/s. Also digests: 9f86d0.
std::size_t lexer::number_end() const noexcept {
    std::size_t end = at_;
    while (end < source_.size() && (is_word(source_[end]) || source_[end] == '.')) ++end;
    if (end < source_.size() && source_[end] == '%') return end + 1;
    const auto after = [&](std::size_t by) {
        return end + by < source_.size() ? source_[end + by] : '\0';
    };
    const bool period = after(1) == 's' || after(1) == 'm' || after(1) == 'h' || after(1) == 'd';
    return after(0) == '/' && period && !is_word(after(2)) ? end + 2 : end;
}

// Parts joined by dots, dashes between letters, brackets: header.content-type, json.a[0]["b c"].
std::size_t lexer::name_end() const {
    std::size_t end = at_;
    while (end < source_.size()) {
        const char c = source_[end];
        const char next = end + 1 < source_.size() ? source_[end + 1] : '\0';
        if (c == '[') {
            end = bracket_end(end);
        } else if (is_word(c) || ((c == '.' || c == '-') && is_word(next))) {
            ++end;
        } else {
            break;
        }
    }
    return end;
}

std::size_t lexer::bracket_end(std::size_t begin) const {
    bool inside_quotes = false;
    for (std::size_t at = begin + 1; at < source_.size(); ++at) {
        if (source_[at] == '\\' && inside_quotes) {
            ++at;
        } else if (source_[at] == '"') {
            inside_quotes = !inside_quotes;
        } else if (source_[at] == ']' && !inside_quotes) {
            return at + 1;
        }
    }
    fail("has no closing ]", begin);
}

}  // namespace grove::cmd::expression_detail
