// SPDX-License-Identifier: MIT
#include "cmd/common/dns_message.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace grove::cmd {
namespace {

constexpr std::size_t longest_label = 63;
constexpr std::size_t longest_name = 255;  // with its length bytes and the root's
constexpr std::uint16_t class_internet = 1;
constexpr std::uint16_t recursion_desired = 0x0100;

struct type_row {
    std::string_view name;
    std::uint16_t number;
};

constexpr std::array types{
    type_row{"A", 1},      type_row{"NS", 2},      type_row{"CNAME", 5}, type_row{"SOA", 6},
    type_row{"PTR", 12},   type_row{"MX", 15},     type_row{"TXT", 16},  type_row{"AAAA", 28},
    type_row{"SRV", 33},   type_row{"NAPTR", 35},  type_row{"DS", 43},   type_row{"RRSIG", 46},
    type_row{"NSEC", 47},  type_row{"DNSKEY", 48}, type_row{"TLSA", 52}, type_row{"SVCB", 64},
    type_row{"HTTPS", 65}, type_row{"ANY", 255},   type_row{"CAA", 257},
};

constexpr std::array<std::string_view, 12> codes{"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
                                                 "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
                                                 "NXRRSET", "NOTAUTH", "NOTZONE",  "DSOTYPENI"};

bool same_word(std::string_view a, std::string_view b) noexcept {
    const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
    return std::ranges::equal(a, b, {}, upper, upper);
}

void append_16(std::string& into, std::uint16_t value) {
    into += static_cast<char>(value >> 8);
    into += static_cast<char>(value & 0xff);
}

std::uint16_t read_16(std::string_view message, std::size_t at) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(message[i]); };
    return static_cast<std::uint16_t>(byte(at) << 8 | byte(at + 1));
}

/// Result: false when it is no name; what was appended is then the caller's to remove.
bool append_name(std::string& into, std::string_view name) {
    const std::size_t begin = into.size();
    if (name.ends_with('.')) name.remove_suffix(1);
    while (!name.empty()) {
        const std::size_t end = std::min(name.find('.'), name.size());
        if (end == 0 || end > longest_label || end + 1 == name.size()) return false;
        into += static_cast<char>(end);
        into += name.substr(0, end);
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    into += '\0';
    return into.size() - begin <= longest_name;
}

/// `A` for none. Result: nothing for what cannot be asked.
std::optional<std::uint16_t> type_of(std::string_view query) {
    std::string_view type = "A";
    while (!query.empty()) {
        const std::size_t end = std::min(query.find_first_of(";&"), query.size());
        const std::string_view one = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (one == "class=IN" || one == "class=in" || one.empty()) continue;
        if (!one.starts_with("type=")) return std::nullopt;
        type = one.substr(5);
    }
    return dns_type(type);
}

}  // namespace

std::optional<std::uint16_t> dns_type(std::string_view name) noexcept {
    const auto known =
        std::ranges::find_if(types, [&](const type_row& row) { return same_word(row.name, name); });
    if (known != types.end()) return known->number;
    constexpr std::string_view generic = "TYPE";  // RFC 3597 section 5
    if (name.size() <= generic.size() || !same_word(name.substr(0, generic.size()), generic))
        return std::nullopt;
    std::uint16_t number = 0;
    const char* const last = name.data() + name.size();
    const auto [end, error] = std::from_chars(name.data() + generic.size(), last, number);
    if (error != std::errc() || end != last) return std::nullopt;
    return number;
}

bool append_dns_query(std::string& into, std::string_view name, std::uint16_t type) {
    const std::size_t begin = into.size();
    append_16(into, 0);
    append_16(into, recursion_desired);
    append_16(into, 1);  // questions
    into.append(3 * sizeof(std::uint16_t), '\0');
    if (name.empty() || !append_name(into, name)) {
        into.resize(begin);
        return false;
    }
    append_16(into, type);
    append_16(into, class_internet);
    return true;
}

std::string append_dns_question(std::string& into, std::string_view question) {
    const std::size_t end = std::min(question.find('?'), question.size());
    const std::string_view query = question.substr(std::min(end + 1, question.size()));
    const auto type = type_of(query);
    if (!type) return std::string(query) + ": write ?type=A, or AAAA, MX, TXT, .. or TYPE65";
    if (append_dns_query(into, question.substr(0, end), *type)) return {};
    return '"' + std::string(question.substr(0, end)) +
           "\" is no name: its labels have 1 to 63 bytes, all of it at most 253";
}

std::optional<dns_header> read_dns_header(std::string_view message) noexcept {
    if (message.size() < dns_header_size) return std::nullopt;
    const std::uint16_t flags = read_16(message, 2);
    return dns_header{.number = read_16(message, 0),
                      .is_answer = (flags & 0x8000) != 0,
                      .truncated = (flags & 0x0200) != 0,
                      .code = static_cast<std::uint8_t>(flags & 0x000f),
                      .questions = read_16(message, 4),
                      .answers = read_16(message, 6)};
}

std::string dns_code_name(unsigned code) {
    if (code < codes.size()) return std::string(codes[code]);
    return "RCODE" + std::to_string(code);
}

}  // namespace grove::cmd
