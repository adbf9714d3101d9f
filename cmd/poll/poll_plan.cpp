// SPDX-License-Identifier: MIT
#include "cmd/poll/poll_plan.hpp"

#include "cmd/common/destination.hpp"
#include "cmd/common/input_lines.hpp"
#include "cmd/poll/probe/greeting_probes.hpp"
#include "cmd/poll/probe/http_probe.hpp"
#include "cmd/poll/probe/local_probes.hpp"
#include "cmd/poll/probe/probe_facts.hpp"
#include "cmd/poll/probe/stream_probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace grove::cmd {
namespace {

std::vector<target> targets_of(const poll_options& options) {
    std::vector<target> all = options.targets;
    if (options.input.empty()) return all;
    for (const std::string& line : input_lines(options.input)) {
        target one;
        if (const auto wrong = parse_poll_target(line, one)) {
            throw std::invalid_argument(fmt::format("{}: {}: {}{}{}", options.input, line,
                                                    wrong->what, wrong->hint.empty() ? "" : "; ",
                                                    wrong->hint));
        }
        all.push_back(std::move(one));
    }
    return all;
}

/// An expectation that no target can be held to would be ignored.
void check(const poll_options& options, const std::vector<target>& all) {
    if (all.empty()) throw std::invalid_argument(options.input + ": no target in it");
    if (enough_of(options, all.size()) > all.size()) {
        throw std::invalid_argument(
            fmt::format("--at-least {} is more than there are targets", *options.at_least));
    }
    for (const expression& each : options.expect) {
        if (std::ranges::none_of(all, [&](const target& t) { return tells_all(t.scheme, each); }))
            throw std::invalid_argument(
                fmt::format("--expect '{}': no target here can tell that", each.source()));
    }
}

int number_of(const target& place) {
    int pid = 0;
    const std::string& text = place.resource;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
    if (error != std::errc{} || rest != text.data() + text.size() || pid <= 0)
        throw std::invalid_argument("pid:" + text + ": write the number of a process, as pid:4711");
    return pid;
}

class probe_maker {
 public:
    explicit probe_maker(const poll_options& options)
        : options_(options), destinations_(options.http) {
        if (!options.http.data.empty()) body_ = load_body(options.http);
    }

    std::unique_ptr<probe> make(const target& place) {
        probe_expectations expected(options_.expect, place.scheme);
        switch (place.scheme) {
            case target_scheme::file:
                return file_probe(place.resource, std::move(expected));
            case target_scheme::pid:
                return process_probe(number_of(place));
            case target_scheme::exec:
                return command_probe(place.resource, std::move(expected));
            case target_scheme::http:
            case target_scheme::https:
                return http_probe(place, destinations_.make(place), options_.http, body_,
                                  std::move(expected));
            case target_scheme::ws:
            case target_scheme::wss:
                return websocket_probe(place, destinations_.make(place), options_.http,
                                       std::move(expected));
            case target_scheme::redis:
                return redis_probe(place, destinations_.make(place), std::move(expected));
            case target_scheme::postgres:
                return postgres_probe(place, destinations_.make(place), std::move(expected));
            case target_scheme::dns:
                return dns_probe(place, std::move(expected));
            default:
                return connection_probe(destinations_.make(place), std::move(expected));
        }
    }

 private:
    const poll_options& options_;
    destination_maker destinations_;
    std::string body_;
};

}  // namespace

std::vector<planned_probe> plan_of(const poll_options& options) {
    const std::vector<target> all = targets_of(options);
    check(options, all);
    probe_maker maker(options);
    std::vector<planned_probe> plan;
    plan.reserve(all.size());
    for (const target& place : all) plan.push_back({place.url(), maker.make(place)});
    return plan;
}

}  // namespace grove::cmd
