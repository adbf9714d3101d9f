// SPDX-License-Identifier: MIT
#include "cmd/common/json_text.hpp"

#include "cmd/common/utf8.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace grove::cmd {

namespace {

constexpr std::string_view hex = "0123456789abcdef";

bool is_plain(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
}

void append_escape(std::string& to, char c) {
    switch (c) {
        case '"':
            to += "\\\"";
            return;
        case '\\':
            to += "\\\\";
            return;
        case '\n':
            to += "\\n";
            return;
        case '\r':
            to += "\\r";
            return;
        case '\t':
            to += "\\t";
            return;
        case '\b':
            to += "\\b";
            return;
        case '\f':
            to += "\\f";
            return;
        default:
            break;
    }
    const auto byte = static_cast<unsigned char>(c);
    to += "\\u00";
    to += hex[byte >> 4U];
    to += hex[byte & 0xFU];
}

}  // namespace

void append_json_string(std::string& to, std::string_view text) {
    to += '"';
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size() && is_plain(text[plain])) ++plain;
        to += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) break;
        const utf8_step step = decode_utf8(text);
        if (step.code < 0x80) {
            append_escape(to, text.front());
        } else {
            to += step.valid ? text.substr(0, step.size) : "\xEF\xBF\xBD";
        }
        text.remove_prefix(step.size);
    }
    to += '"';
}

void append_json_number(std::string& to, double value) {
    if (!std::isfinite(value)) {
        to += "null";
        return;
    }
    std::array<char, 32> digits{};
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    to.append(digits.data(), end);
}

void json_object::key(std::string_view name) {
    if (text_.back() != '{') text_ += ',';
    append_json_string(text_, name);
    text_ += ':';
}

json_object& json_object::add(std::string_view key, std::string_view value) {
    this->key(key);
    append_json_string(text_, value);
    return *this;
}

json_object& json_object::add(std::string_view key, bool value) {
    this->key(key);
    text_ += value ? "true" : "false";
    return *this;
}

json_object& json_object::add(std::string_view key, double value) {
    this->key(key);
    append_json_number(text_, value);
    return *this;
}

json_object& json_object::add_json(std::string_view key, std::string_view value) {
    this->key(key);
    text_ += value;
    return *this;
}

json_object& json_object::add_null(std::string_view key) {
    this->key(key);
    text_ += "null";
    return *this;
}

json_object& json_object::open(std::string_view key) {
    this->key(key);
    text_ += '{';
    ++open_;
    return *this;
}

json_object& json_object::close() {
    text_ += '}';
    --open_;
    return *this;
}

std::string json_object::text() const {
    return text_ + std::string(open_ + 1, '}');
}

}  // namespace grove::cmd
