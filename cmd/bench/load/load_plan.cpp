// SPDX-License-Identifier: MIT
#include "cmd/bench/load/load_plan.hpp"

#include "cmd/bench/load/http_script.hpp"

#include <grove/error.hpp>
#include <grove/ip_address.hpp>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <random>
#include <stdexcept>
#include <utility>

namespace grove::cmd {
namespace {

void read_urls(std::istream& from, std::vector<std::string>& into) {
    for (std::string line; std::getline(from, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (!line.empty() && line[0] != '#') into.push_back(std::move(line));
    }
}

std::vector<std::string> urls_of(const bench_options& options) {
    std::vector<std::string> urls = options.urls;
    if (options.input == "-") {
        read_urls(std::cin, urls);
    } else if (!options.input.empty()) {
        std::ifstream file(options.input, std::ios::binary);
        if (!file) throw_errno("open", options.input);
        read_urls(file, urls);
    }
    if (urls.empty()) throw std::invalid_argument(options.input + ": no URL in it");
    return urls;
}

tls_client tls_of(const http_options& http, std::vector<std::string> alpn) {
    tls_client_options with;
    with.verify = http.insecure ? tls_verify::nothing : tls_verify::peer;
    if (!http.cacert.empty()) with.authorities = {pem::file(http.cacert)};
    const std::size_t colon = http.cert.find(':');
    if (!http.cert.empty()) with.identity.chain = pem::file(http.cert.substr(0, colon));
    if (!http.key.empty()) with.identity.key = pem::file(http.key);
    if (colon != std::string::npos) with.identity.password = http.cert.substr(colon + 1);
    with.alpn = std::move(alpn);
    return tls_client(with);
}

dns::family family_of(ip_family family) noexcept {
    switch (family) {
        case ip_family::v4:
            return dns::family::v4;
        case ip_family::v6:
            return dns::family::v6;
        default:
            return dns::family::any;
    }
}

grove::endpoint address_of(const std::string& address, std::uint16_t port) {
    const bool v6 = address.find(':') != std::string::npos;
    const std::string text = (v6 ? '[' + address + ']' : address) + ':' + std::to_string(port);
    const auto at = grove::endpoint::parse(text);
    if (!at) throw std::invalid_argument("--resolve: " + address + " is no address");
    return *at;
}

/// `--connect-to`, then `--resolve`: as curl does.
void redirect(destination& to, const http_options& http) {
    const auto other = std::ranges::find_if(http.connect_to, [&](const connect_to_entry& e) {
        return (e.host.empty() || e.host == to.host) && (e.port == 0 || e.port == to.port);
    });
    if (other != http.connect_to.end()) {
        if (!other->to_host.empty()) to.host = other->to_host;
        if (other->to_port != 0) to.port = other->to_port;
    }
    const auto known = std::ranges::find_if(http.resolve, [&](const resolve_entry& e) {
        return (e.host == "*" || e.host == to.host) && e.port == to.port;
    });
    if (known != http.resolve.end()) {
        for (const std::string& address : known->addresses)
            to.at.push_back(address_of(address, to.port));
    }
}

grove::endpoint unix_endpoint(const std::string& path) {
    const auto at = grove::endpoint::parse("unix:" + path);
    if (!at) throw std::invalid_argument(path + ": a Unix socket's path has at most 107 bytes");
    return *at;
}

std::string label_of(const bench_target& to) {
    std::string label = to.place.url();
    while (label.ends_with('/')) label.pop_back();
    return label;
}

destination destination_of(const bench_target& at, const http_options& http) {
    const target& place = at.place;
    destination to{.label = label_of(at), .host = place.host, .port = place.port};
    to.family = family_of(http.family);
    to.server_name = place.host;
    if (place.scheme == target_scheme::unix_socket) {
        to.at = {unix_endpoint(place.resource)};
    } else if (http.unix_socket.empty()) {
        redirect(to, http);
    } else {
        to.at = {unix_endpoint(http.unix_socket)};
    }
    const bool secure = place.scheme == target_scheme::https || place.scheme == target_scheme::wss;
    if (secure) to.tls = tls_of(http, {"http/1.1"});
    if (place.scheme == target_scheme::tls) to.tls = tls_of(http, {});
    return to;
}

/// Of a WebSocket: the target as it is asked for, and what the handshake says besides its own.
void plan_handshake(destination& to, const bench_target& at, const http_options& http) {
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
            plan.destinations.push_back(destination_of(to, options.http));
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
