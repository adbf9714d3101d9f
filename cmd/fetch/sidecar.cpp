// SPDX-License-Identifier: MIT
#include "cmd/fetch/sidecar.hpp"

#include "cmd/common/json_text.hpp"

#include <boost/json.hpp>

namespace grove::cmd {

namespace {

namespace json = boost::json;

std::string text_at(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(json::string_view(key.data(), key.size()));
    const auto* text = value ? value->if_string() : nullptr;
    return text ? std::string(text->data(), text->size()) : std::string();
}

}  // namespace

std::string sidecar_text(const resume_point& point) {
    json_object object;
    object.add("url", point.url)
        .add("etag", point.known.etag)
        .add("last_modified", point.known.last_modified)
        .add("date", point.known.date)
        .add("size", point.total);
    return object.text() + "\n";
}

std::optional<resume_point> parse_sidecar(std::string_view text) {
    json::error_code problem;
    const auto value = json::parse(json::string_view(text.data(), text.size()), problem);
    const auto* object = problem ? nullptr : value.if_object();
    if (!object) return std::nullopt;
    resume_point point;
    point.url = text_at(*object, "url");
    point.known.etag = text_at(*object, "etag");
    point.known.last_modified = text_at(*object, "last_modified");
    point.known.date = text_at(*object, "date");
    if (const auto* size = object->if_contains("size"); size && !size->is_null()) {
        json::error_code inexact;
        point.total = size->to_number<std::uint64_t>(inexact);
        if (inexact) return std::nullopt;
    }
    if (point.url.empty() || !if_range_value(point.known)) return std::nullopt;
    return point;
}

}  // namespace grove::cmd
