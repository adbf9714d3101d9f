// SPDX-License-Identifier: MIT
#include "cmd/bench/load/load_plan.hpp"

#include "cmd/common/input_lines.hpp"

#include <algorithm>
#include <random>
#include <stdexcept>
#include <utility>

namespace grove::cmd {
namespace {

std::vector<std::string> urls_of(const bench_options& options) {
    std::vector<std::string> urls = options.urls;
    if (!options.input.empty()) {
        for (std::string& line : input_lines(options.input)) urls.push_back(std::move(line));
    }
    if (urls.empty()) throw std::invalid_argument(options.input + ": no URL in it");
    return urls;
}

/// Of a WebSocket: the target as it is asked for, and what the handshake says besides its own.
void plan_handshake(load_destination& to, const bench_target& at, const http_options& http) {
    if (!at.resource.is_constant()) {
        throw std::invalid_argument(
            "a WebSocket is asked for once: slots are for what it is sent "
            "(-d)");
    }
    std::mt19937_64 unused;
    to.url = to.label;
    at.resource.append_to(to.url, {1, unused});
    http_options without_data = http;
    without_data.data.clear();
    for (auto& [name, value] : request_fields(at.place, without_data)) {
        if (name != "Host" && name != "Accept") to.fields.push_back({name, value});
    }
}

void refuse_mixture(const load_plan& plan, const bench_target& to) {
    if (to.protocol == plan.protocol) return;
    throw std::invalid_argument(
        "targets of one run speak the same: " + std::string(to_string(plan.protocol)) + " or " +
        std::string(to_string(to.protocol)) + ", not both");
}

/// Requests and where they go.
void plan_targets(load_plan& plan, const bench_options& options) {
    const std::string body = options.http.data.empty() ? "" : load_body(options.http);
    std::vector<target> places;
    destination_maker destinations(options.http);
    for (const std::string& url : urls_of(options)) {
        const bench_target to = parse_bench_target(url);
        if (places.empty()) plan.protocol = to.protocol;
        refuse_mixture(plan, to);
        target place = to.place;
        // Each path is a connection of its own.
        if (to.protocol == load_protocol::websocket) place.resource = url;
        auto known = std::ranges::find(places, place);
        if (known == places.end()) {
            known = places.insert(places.end(), std::move(place));
            plan.destinations.push_back({destinations.make(to.place), {}, {}});
            if (to.protocol == load_protocol::websocket)
                plan_handshake(plan.destinations.back(), to, options.http);
        }
        const auto index = static_cast<std::size_t>(known - places.begin());
        plan.requests.push_back({script_for(to, options.http, body), index});
    }
}

}  // namespace

load_plan plan_of(const bench_options& options) {
    load_plan plan;
    plan_targets(plan, options);
    if (effective_method(options.http) == "HEAD") plan.head = asks_head::yes;
    plan.connections = options.connections;
    plan.threads = options.threads;
    plan.reuse = options.reuse;
    plan.limit = options.requests;
    plan.length = length_of(options);
    plan.warm_up = options.warm_up;
    plan.timeout = options.timeout;
    plan.open = is_open(options);
    plan.stages = stages_of(options);
    plan.spacing = options.spacing;
    plan.seed = options.seed ? *options.seed : std::random_device{}();
    return plan;
}

}  // namespace grove::cmd
