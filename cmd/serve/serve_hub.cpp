// SPDX-License-Identifier: MIT
#include "cmd/serve/serve_hub.hpp"

#include "cmd/serve/tcp_service.hpp"

#include <grove/group.hpp>

#include <utility>

namespace grove::cmd {

serve_hub::serve_hub(const serve_options& options, const serve_doors& at,
                     const std::optional<tls_server>& tls, serve_shared& shared, access_log& log)
    : options_(options),
      shared_(shared),
      log_(log),
      context_{options, shared.faults},
      site_(context_) {
    http_server_options how;
    how.stream = stream_options();
    how.stream.tls = tls;
    how.limits.body = options.limit.body;
    how.on_answer = [this](const http_record& record) { note(record); };
    const auto serve = [&](auto&& door) {
        web_.push_back(std::make_unique<http_server>(
            std::forward<decltype(door)>(door),
            [this](http_request& asked, http_response& answer) { site_.answer(asked, answer); },
            how));
    };
    for (const endpoint& door : at.web) serve(door);
    for (const int door : at.given) serve(listener(door));
    std::size_t next = 0;
    for (const route& one : options.routes) {
        if (!one.is_tcp()) continue;
        tcp_.push_back(std::make_unique<stream_server>(at.tcp[next++], tcp_service(one, context_),
                                                       stream_options()));
    }
}

stream_server_options serve_hub::stream_options() const {
    stream_server_options how;
    how.most_connections = options_.limit.connections;
    if (options_.threads > 1) {
        how.accepts_a_turn = 1;
        how.listen.share_port = true;
    }
    return how;
}

serve_doors serve_hub::doors() const {
    serve_doors found;
    for (const auto& one : web_) found.web.push_back(one->local());
    for (const auto& one : tcp_) found.tcp.push_back(one->local());
    return found;
}

void serve_hub::run() {
    shared_.stop.wait();
    context_.stopping.set();
    group ending;
    for (const auto& one : web_) ending.spawn([&] { one->stop(options_.grace); });
    for (const auto& one : tcp_) ending.spawn([&] { one->stop(options_.grace); });
    ending.join();
}

void serve_hub::note(const http_record& record) {
    log_.add(record);
    if (!options_.requests) return;
    if (shared_.answers.fetch_add(1, std::memory_order_relaxed) + 1 == *options_.requests)
        shared_.stop.set();
}

}  // namespace grove::cmd
