// SPDX-License-Identifier: MIT
#include "cmd/pipe/redis/redis_place.hpp"

#include "cmd/common/percent_code.hpp"
#include "cmd/common/units.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>

namespace grove::cmd {
namespace {

using problem = std::optional<std::string>;

std::string own_name() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
    return fmt::format("{}-{}", host.data(), ::getpid());
}

problem read_count(std::string_view key, std::string_view value, std::uint64_t most,
                   std::uint64_t& into) {
    if (auto wrong = parse_count(value, 0, most, into))
        return fmt::format("{}={} {}", key, value, wrong->what);
    return std::nullopt;
}

problem read_key(std::string_view key, const std::string& value, redis_place& into) {
    std::uint64_t number = 0;
    problem wrong;
    if (key == "group") {
        into.group = value;
    } else if (key == "consumer") {
        into.consumer = value;
        into.has_own_name = true;
    } else if (key == "lease") {
        const auto wrong_time = parse_value(value, into.lease);
        if (wrong_time) wrong = fmt::format("lease={} {}", value, wrong_time->what);
        if (!wrong && into.lease < std::chrono::milliseconds(100))
            wrong = "a lease is 100ms at least";
    } else if (key == "deliveries") {
        wrong = read_count(key, value, 1'000'000, number);
        into.deliveries = static_cast<unsigned>(number);
        if (!wrong && number < 2)
            wrong = "deliveries is 2 at least: the first may have been only read ahead";
    } else if (key == "until") {
        into.until_empty = value == "empty";
        if (!into.until_empty) wrong = "until is until=empty, or left out";
    } else if (key == "maxlen") {
        wrong = read_count(key, value, std::numeric_limits<std::int64_t>::max(), number);
        into.maxlen = number;
    } else if (key == "lag") {
        wrong = read_count(key, value, 1'000'000'000, number);
        into.lag = std::max<std::uint64_t>(number, 1);
    } else if (key == "db") {
        wrong = read_count(key, value, 1'000'000, number);
        into.database = static_cast<unsigned>(number);
    } else {
        wrong = fmt::format(
            "there is no {}=; there are group consumer lease deliveries until maxlen lag db", key);
    }
    return wrong;
}

problem parse(std::string_view uri, redis_place& into) {
    redis_place read;
    if (auto wrong = parse_value(uri, read.server)) return wrong->what;
    if (read.server.scheme != target_scheme::redis) return "a pipe's streams are redis://";
    std::string_view path = read.server.resource;
    std::string_view query;
    if (const std::size_t mark = path.find('?'); mark != std::string_view::npos) {
        query = path.substr(mark + 1);
        path = path.substr(0, mark);
    }
    if (path.starts_with('/')) path.remove_prefix(1);
    read.stream = percent_decode(path);
    if (read.stream.empty()) return "it names no stream: redis://host/stream?group=g";
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        const std::string_view key = pair.substr(0, pair.find('='));
        const std::string_view rest = pair.substr(std::min(key.size() + 1, pair.size()));
        if (auto wrong = read_key(key, percent_decode(rest), read)) return wrong;
    }
    if (read.consumer.empty()) read.consumer = own_name();
    into = std::move(read);
    return std::nullopt;
}

}  // namespace

std::optional<std::string> parse_source(std::string_view uri, redis_place& into) {
    if (auto wrong = parse(uri, into)) return wrong;
    if (into.group.empty())
        return "it names no group: redis://host/stream?group=g; to write to it: "
               "then redis://host/stream";
    if (into.maxlen) return "maxlen= is for a sink";
    if (into.lag) return "lag= is for a sink";
    return std::nullopt;
}

std::optional<std::string> parse_sink(std::string_view uri, redis_place& into) {
    if (auto wrong = parse(uri, into)) return wrong;
    if (!into.group.empty()) return "group= is for a source";
    return std::nullopt;
}

}  // namespace grove::cmd
