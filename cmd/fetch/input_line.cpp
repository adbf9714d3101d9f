// SPDX-License-Identifier: MIT
#include "cmd/fetch/base_url.hpp"
#include "cmd/fetch/file_name.hpp"
#include "cmd/fetch/input_json.hpp"
#include "cmd/fetch/input_list.hpp"

#include <algorithm>

namespace grove::cmd {

namespace {

using std::string;
using std::string_view;

[[noreturn]] void refuse(const string& text) {
    throw std::invalid_argument(text);
}

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}

string_view trim(string_view text) noexcept {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

// Undoes what sha256sum does to a name with a backslash or a line ending, marked by a backslash
// before the hash.
string unescape(string_view name) {
    string plain;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (name[i] != '\\' || i + 1 == name.size()) {
            plain += name[i];
            continue;
        }
        const char next = name[++i];
        plain += next == 'n' ? '\n' : next == 'r' ? '\r' : next;
    }
    return plain;
}

fetch_item hashed_item(string_view hex, const string& name, string_view base) {
    fetch_item item;
    item.digest = parse_digest(hex);
    if (is_absolute_url(name)) {
        item.url = checked_url(name);
        return item;
    }
    if (base.empty()) {
        refuse("'" + name + "' is a file name, not a URL; say where the files are with --base URL");
    }
    item.out = checked_path(name);
    item.url = join_base(base, item.out, name_form::file_name);
    return item;
}

// `<hex>  name`, `<hex> *name`. Fewer than 8 digits are no digest of any kind.
std::optional<fetch_item> parse_hash_line(string_view line, string_view base) {
    const bool escaped = line.starts_with('\\');
    if (escaped) line.remove_prefix(1);
    const auto digits = line.find_first_not_of("0123456789abcdefABCDEF");
    if (digits == string_view::npos || digits < 8 || !is_blank(line[digits])) return std::nullopt;
    auto name = line.substr(digits + 1);
    if (name.starts_with(' ') || name.starts_with('*')) name.remove_prefix(1);
    if (name.empty()) refuse("a hash without a name; write `hash  name-or-URL`");
    return hashed_item(line.substr(0, digits), escaped ? unescape(name) : string(name), base);
}

// `SHA256 (name) = <hex>`.
std::optional<fetch_item> parse_tag_line(string_view line, string_view base) {
    const bool escaped = line.starts_with('\\');
    if (escaped) line.remove_prefix(1);
    const auto open = line.find(" (");
    const auto close = line.rfind(") = ");
    if (open == string_view::npos || close == string_view::npos || close < open + 2) {
        return std::nullopt;
    }
    const auto algorithm = line.substr(0, open);
    if (algorithm.find_first_of(" :/\t") != string_view::npos) return std::nullopt;
    if (algorithm != "SHA256" && algorithm != "SHA512") {
        refuse(string(algorithm) + " digests cannot be used; give SHA256 or SHA512");
    }
    const auto hex = trim(line.substr(close + 4));
    if (hex.size() != (algorithm == "SHA256" ? 64U : 128U)) {
        refuse("the digest has " + std::to_string(hex.size()) + " digits, which is not " +
               string(algorithm));
    }
    const auto name = line.substr(open + 2, close - open - 2);
    return hashed_item(hex, escaped ? unescape(name) : string(name), base);
}

fetch_item parse_url_line(string_view line, string_view base) {
    line = trim(line);
    fetch_item item;
    const auto tab = line.find('\t');
    item.url = resolve_url(trim(line.substr(0, tab)), base);
    if (tab == string_view::npos) return item;
    const auto name = trim(line.substr(tab + 1));
    if (name.find('\t') != string_view::npos) {
        refuse("more than one TAB; write `URL<TAB>name`, or a JSON object for more");
    }
    item.out = checked_path(name);
    return item;
}

}  // namespace

std::optional<fetch_item> parse_input_line(string_view line, string_view base) {
    const auto text = trim(line);
    if (text.empty() || text.starts_with('#')) return std::nullopt;
    if (text.starts_with('{')) return parse_json_line(text, base);
    if (auto item = parse_hash_line(line, base)) return item;
    if (auto item = parse_tag_line(line, base)) return item;
    return parse_url_line(line, base);
}

string checked_url(string_view url) {
    if (url.empty()) refuse("an empty URL");
    const auto bad = std::ranges::find_if(url, [](char c) {
        const auto value = static_cast<unsigned char>(c);
        return value <= 0x20 || value == 0x7F;
    });
    if (bad == url.end()) return string(url);
    if (*bad == ' ') {
        refuse("'" + string(url) +
               "' has a blank in it; write %20 in a URL, and a TAB before a file's name");
    }
    refuse("the URL has a control character at byte " + std::to_string(bad - url.begin() + 1) +
           "; write it as %XX");
}

string resolve_url(string_view url, string_view base) {
    if (base.empty() || is_absolute_url(url)) return checked_url(url);
    return join_base(base, url, name_form::reference);
}

expected_digest parse_digest(string_view hex) {
    expected_digest digest;
    switch (hex.size()) {
        case 32:
            refuse("an MD5 digest (32 digits) cannot be used; give SHA-256 or SHA-512");
        case 40:
            refuse("a SHA-1 digest (40 digits) cannot be used; give SHA-256 or SHA-512");
        case 56:
            refuse("a SHA-224 digest (56 digits) cannot be used; give SHA-256 or SHA-512");
        case 96:
            refuse("a SHA-384 digest (96 digits) cannot be used; give SHA-256 or SHA-512");
        case 64:
            digest.algorithm = digest_algorithm::sha256;
            break;
        case 128:
            digest.algorithm = digest_algorithm::sha512;
            break;
        default:
            refuse("a digest of " + std::to_string(hex.size()) +
                   " digits is not known; SHA-256 has 64, SHA-512 has 128");
    }
    digest.hex.reserve(hex.size());
    for (const char c : hex) {
        const bool upper = c >= 'A' && c <= 'F';
        if (!upper && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f')) {
            refuse("'" + string(1, c) + "' is no hexadecimal digit of a digest");
        }
        digest.hex += upper ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return digest;
}

}  // namespace grove::cmd
