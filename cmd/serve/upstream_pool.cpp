// SPDX-License-Identifier: MIT
#include "cmd/serve/upstream_pool.hpp"

#include <grove/dial.hpp>

#include <array>
#include <span>
#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

/// Nobody has asked, so that whatever there is to read is the end, or no answer.
bool is_silent(http_connection& one) {
    try {
        std::array<char, 1> next{};
        return one.rest().empty() && !one.stream().try_read_some(std::span<char>(next));
    } catch (const std::system_error&) {
        return false;
    }
}

}  // namespace

upstream_pool::upstream_pool(upstream to, const std::optional<tls_client>& tls)
    : to_(std::move(to)), tls_(tls) {}

http_connection upstream_pool::connect(deadline until) const {
    socket made = dial(to_.host, to_.port, {}, until);
    if (to_.tls) made.start_tls(tls_.value(), to_.host, until);
    return http_connection(std::move(made));
}

std::optional<http_connection> upstream_pool::take() {
    while (!kept_.empty()) {
        resting last = std::move(kept_.back());
        kept_.pop_back();
        if (last.end.expired()) {
            kept_.clear();  // the others have rested for longer
        } else if (is_silent(last.connection)) {
            return std::move(last.connection);
        }
    }
    return std::nullopt;
}

void upstream_pool::give_back(http_connection rested) {
    if (kept_.size() == most_kept) kept_.pop_front();
    kept_.push_back({std::move(rested), longest_rest});
}

}  // namespace grove::cmd
