// SPDX-License-Identifier: MIT
#include "cmd/fetch/result_record.hpp"

#include "cmd/common/json_text.hpp"
#include "cmd/common/secrets.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

namespace grove::cmd {

namespace {

std::optional<std::string_view> text_or_null(std::string_view text) {
    return text.empty() ? std::nullopt : std::optional(text);
}

template <class Number>
std::optional<Number> number_or_null(Number number) {
    return number == 0 ? std::nullopt : std::optional(number);
}

// Microseconds are what a timing means: more digits would only be noise.
std::optional<double> seconds(std::optional<duration> time) {
    if (!time) return std::nullopt;
    return static_cast<double>(std::chrono::round<std::chrono::microseconds>(*time).count()) / 1e6;
}

void write_error(json_object& record, const failure& error) {
    if (!error) {
        record.add_null("error");
        return;
    }
    record.open("error").add("class", to_string(error.kind)).add("text", error.text).close();
}

void write_timings(json_object& record, const transfer_timings& timings) {
    record.open("time")
        .add("dns", seconds(timings.dns))
        .add("connect", seconds(timings.connect))
        .add("tls", seconds(timings.tls))
        .add("first_byte", seconds(timings.first_byte))
        .add("total", seconds(timings.total))
        .close();
}

void write_told(json_object& record, const std::vector<told_fact>& told) {
    if (told.empty()) return;
    record.open("told");
    for (const told_fact& each : told) {
        if (each.is_json)
            record.add_json(each.name, each.text);
        else
            record.add(each.name, each.text);
    }
    record.close();
}

// A key of a `--failed` line, whose arrays json_object does not write.
std::string& add_key(std::string& line, std::string_view key) {
    if (line.back() != '{') line += ',';
    append_json_string(line, key);
    return line += ':';
}

void add_array(std::string& line, const std::vector<std::string_view>& texts) {
    line += '[';
    for (const auto& text : texts) {
        if (line.back() != '[') line += ',';
        append_json_string(line, text);
    }
    line += ']';
}

// One key for each name: a header that is sent several times becomes an array.
void add_headers(std::string& line, const std::vector<header_line>& headers) {
    add_key(line, "headers") += '{';
    for (auto header = headers.begin(); header != headers.end(); ++header) {
        const auto same = [&](const header_line& other) { return other.name == header->name; };
        if (std::find_if(headers.begin(), header, same) != header) continue;
        std::vector<std::string_view> values;
        for (auto other = header; other != headers.end(); ++other) {
            if (same(*other)) values.push_back(other->value);
        }
        add_key(line, header->name);
        values.size() == 1 ? append_json_string(line, values[0]) : add_array(line, values);
    }
    line += '}';
}

}  // namespace

std::string to_json(const result_record& from) {
    json_object record;
    record.add("url", mask_url(from.url))
        .add("final_url", text_or_null(mask_url(from.final_url)))
        .add("status", number_or_null(from.status))
        .add("ok", !from.error)
        .add("skipped", from.skipped)
        .add("attempts", from.attempts)
        .add("bytes", from.bytes)
        .add("resumed", from.resumed)
        .add("file", text_or_null(from.file))
        .add("sha256", text_or_null(from.sha256))
        .add("sha512", text_or_null(from.sha512))
        .add("http_version", text_or_null(from.http_version))
        .add("ip", text_or_null(from.ip))
        .add("reused", from.reused)
        .add("line", number_or_null(from.line));
    write_error(record, from.error);
    write_timings(record, from.timings);
    write_told(record, from.told);
    return record.text();
}

std::string failed_line(const fetch_item& item, std::string_view out) {
    std::string line = "{";
    append_json_string(add_key(line, "url"), item.url);
    if (out.empty()) out = item.out;
    if (!out.empty()) append_json_string(add_key(line, "out"), out);
    if (item.digest) {
        append_json_string(add_key(line, to_string(item.digest->algorithm)), item.digest->hex);
    }
    if (!item.headers.empty()) add_headers(line, item.headers);
    if (!item.mirrors.empty()) {
        add_key(line, "mirrors");
        add_array(line, {item.mirrors.begin(), item.mirrors.end()});
    }
    return line + '}';
}

}  // namespace grove::cmd
