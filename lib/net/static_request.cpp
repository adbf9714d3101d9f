// SPDX-License-Identifier: MIT
#include "net/head_lines.hpp"

#include <grove/static_files.hpp>

#include <string>

namespace grove {
namespace {

/// Several lines of a name are one list (RFC 9110 5.3). Of a field that is no list this makes a
/// value that cannot be read, which is what it is.
void take(static_request& request, std::string_view& field, std::string_view value) {
    if (field.empty()) {
        field = value;
        return;
    }
    std::string all(field);
    all += ", ";
    all += value;
    field = request.joined.emplace_front(std::move(all));
}

/// Its member of that name, or null. The name's size is looked at first: of the fields of a request
/// few are of interest.
std::string_view* find_field(static_request& request, std::string_view name) noexcept {
    const auto named = [name](std::string_view lower, std::string_view& field) {
        return http::same_name(name, lower) ? &field : nullptr;
    };
    switch (name.size()) {
        case 5:
            return named("range", request.range);
        case 6:
            return named("accept", request.accept);
        case 8:
            return http::same_name(name, "if-range") ? &request.if_range
                                                     : named("if-match", request.if_match);
        case 13:
            return named("if-none-match", request.if_none_match);
        case 15:
            return named("accept-encoding", request.accept_encoding);
        case 17:
            return named("if-modified-since", request.if_modified_since);
        case 19:
            return named("if-unmodified-since", request.if_unmodified_since);
        default:
            return nullptr;
    }
}

}  // namespace

void static_request::add(std::string_view name, std::string_view value) {
    if (std::string_view* const field = find_field(*this, name)) take(*this, *field, value);
}

}  // namespace grove
