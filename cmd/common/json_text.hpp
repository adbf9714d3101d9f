// SPDX-License-Identifier: MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Writes JSON objects piece by piece into one string, keys in the order of the calls. For output
/// lines with a fixed shape; to read JSON or keep a tree of it use Boost.JSON.
///
///     json_object line;
///     line.add("url", url).add("status", 200);
///     line.open("time").add("total", 0.25).close();
///     out.json(line.text());          // {"url":"...","status":200,"time":{"total":0.25}}

namespace grove::cmd {

/// Appends `text` in quotes. Control characters, `"` and `\` are escaped; each maximal piece that
/// is not UTF-8 becomes U+FFFD, so that the line is valid JSON whatever a server sent.
void append_json_string(std::string& to, std::string_view text);

/// Appends the shortest decimal that reads back as `value`; null for what JSON cannot say
/// (infinity, not a number).
void append_json_number(std::string& to, double value);

class json_object {
 public:
    json_object() : text_("{") {}

    json_object& add(std::string_view key, std::string_view value);

    json_object& add(std::string_view key, const char* value) {
        return add(key, std::string_view(value));
    }

    json_object& add(std::string_view key, const std::string& value) {
        return add(key, std::string_view(value));
    }

    json_object& add(std::string_view key, bool value);
    json_object& add(std::string_view key, double value);

    template <std::integral Integer>
    json_object& add(std::string_view key, Integer value) {
        this->key(key);
        text_ += std::to_string(value);
        return *this;
    }

    /// Null when there is no value.
    template <class Value>
    json_object& add(std::string_view key, const std::optional<Value>& value) {
        return value ? add(key, *value) : add_null(key);
    }

    /// `value` is JSON already.
    json_object& add_json(std::string_view key, std::string_view value);

    json_object& add_null(std::string_view key);

    /// Starts an object inside this one; `close` ends it.
    json_object& open(std::string_view key);
    json_object& close();

    /// The whole, with all open objects closed, without a line feed.
    [[nodiscard]] std::string text() const;

 private:
    void key(std::string_view name);

    std::string text_;
    unsigned open_ = 0;
};

}  // namespace grove::cmd
