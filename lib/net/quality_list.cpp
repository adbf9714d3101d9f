// SPDX-License-Identifier: MIT
#include "net/quality_list.hpp"

#include "net/field_syntax.hpp"
#include "net/head_lines.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace grove::http {
namespace {

/// Up to the next `end`, which goes too. A quoted `end` counts as one: no name has any.
std::string_view take_until(std::string_view& rest, char end) noexcept {
    const std::size_t at = std::min(rest.find(end), rest.size());
    const std::string_view piece = rest.substr(0, at);
    rest.remove_prefix(std::min(at + 1, rest.size()));
    return trimmed(piece);
}

/// In thousandths: `0`, `0.5`, `1.000` (RFC 9110 12.4.2).
std::optional<int> read_weight(std::string_view text) noexcept {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
    if (text.size() > 1 && text[1] != '.') return std::nullopt;
    int value = (text[0] - '0') * 1000;
    int unit = 100;
    for (std::size_t i = 2; i < text.size(); ++i, unit /= 10) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        value += (text[i] - '0') * unit;
    }
    if (value > 1000) return std::nullopt;
    return value;
}

struct liked {
    std::string_view name;
    int weight = 1000;
};

/// The next of a list; its name is empty for one that cannot be read. Parameters other than the
/// weight are passed over.
liked take_liked(std::string_view& list) noexcept {
    std::string_view element = take_until(list, ',');
    liked one{take_until(element, ';')};
    while (!element.empty()) {
        const std::string_view parameter = take_until(element, ';');
        if (parameter.size() < 2 || (parameter[0] != 'q' && parameter[0] != 'Q') ||
            parameter[1] != '=')
            continue;
        const std::optional<int> weight = read_weight(parameter.substr(2));
        if (!weight) return {};
        one.weight = *weight;
    }
    return one;
}

}  // namespace

content_coding choose_coding(std::string_view accept_encoding,
                             codings_available available) noexcept {
    std::optional<int> brotli;
    std::optional<int> gzip;
    std::optional<int> identity;
    std::optional<int> others;
    while (!accept_encoding.empty()) {
        const liked one = take_liked(accept_encoding);
        if (same_name(one.name, "br")) brotli = one.weight;
        if (same_name(one.name, "gzip") || same_name(one.name, "x-gzip")) gzip = one.weight;
        if (same_name(one.name, "identity")) identity = one.weight;
        if (one.name == "*") others = one.weight;
    }
    const int gzip_weight = available.gzip ? gzip.value_or(others.value_or(0)) : 0;
    const int brotli_weight = available.brotli ? brotli.value_or(others.value_or(0)) : 0;
    // What is not spoken of is acceptable, and less liked than anything that is.
    const int identity_weight = identity.value_or(0);
    if (brotli_weight > 0 && brotli_weight >= std::max(gzip_weight, identity_weight))
        return content_coding::brotli;
    if (gzip_weight > 0 && gzip_weight >= identity_weight) return content_coding::gzip;
    return content_coding::identity;
}

bool accepts_html(std::string_view accept) noexcept {
    if (trimmed(accept).empty()) return true;
    int best = -1;  // how closely a range names it
    int weight = 0;
    while (!accept.empty()) {
        const liked one = take_liked(accept);
        const int closeness = same_name(one.name, "text/html") ? 2
                              : same_name(one.name, "text/*")  ? 1
                              : one.name == "*/*"              ? 0
                                                               : -1;
        if (closeness < 0 || closeness < best) continue;
        best = closeness;
        weight = one.weight;
    }
    return weight > 0;
}

}  // namespace grove::http
