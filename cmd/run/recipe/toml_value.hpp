// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// A TOML file as a tree that knows where each of its values stands. Tables keep the order of the
/// file; scalars are kept as texts, since option tables read them.

namespace grove::cmd {

enum class toml_type : unsigned char { text, integer, real, boolean, time, list, table };

struct toml_entry;

struct toml_value {
    toml_type type = toml_type::table;
    /// Of a text its content, of other scalars what was written: `500`, `true`.
    std::string text = {};
    std::vector<toml_value> items = {};  ///< of a list
    std::vector<toml_entry> entries;     ///< of a table
    std::size_t offset = 0;              ///< where it begins in the file, in bytes

    /// The value under `key` of a table; null when there is none.
    [[nodiscard]] const toml_value* find(std::string_view key) const noexcept;
};

struct toml_entry {
    std::string key;
    std::size_t offset = 0;  ///< of the key
    toml_value value;
};

/// `a text`, `a list`: for messages.
[[nodiscard]] std::string_view describe_type(toml_type type) noexcept;

/// The file is no TOML.
class toml_error : public std::runtime_error {
 public:
    toml_error(const std::string& what, std::size_t offset)
        : std::runtime_error(what), offset_(offset) {}

    [[nodiscard]] std::size_t offset() const noexcept { return offset_; }

 private:
    std::size_t offset_;
};

/// Throws: `toml_error`. Takes much stack: call it from main's.
[[nodiscard]] toml_value read_toml(std::string_view source);

/// Where in `source` each byte of the content of `text` was written, and where the content ends:
/// one more than there are bytes. Escapes, line ends and the four kinds of quotes are looked
/// through. `text` must come from `read_toml(source)`.
[[nodiscard]] std::vector<std::size_t> places_of(std::string_view source, const toml_value& text);

}  // namespace grove::cmd
