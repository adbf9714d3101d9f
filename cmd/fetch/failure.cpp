// SPDX-License-Identifier: MIT
#include "cmd/fetch/failure.hpp"

#include <algorithm>
#include <array>

namespace grove::cmd {

namespace {

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& words, std::string_view word) noexcept {
    return std::ranges::find(words, word) != words.end();
}

}  // namespace

std::string_view to_string(failure_class kind) noexcept {
    switch (kind) {
        case failure_class::none:
            return "";
        case failure_class::url:
            return "url";
        case failure_class::dns:
            return "dns";
        case failure_class::no_name:
            return "no_name";
        case failure_class::connect:
            return "connect";
        case failure_class::tls:
            return "tls";
        case failure_class::timeout:
            return "timeout";
        case failure_class::stall:
            return "stall";
        case failure_class::reset:
            return "reset";
        case failure_class::truncated:
            return "truncated";
        case failure_class::protocol:
            return "protocol";
        case failure_class::status:
            return "status";
        case failure_class::redirect:
            return "redirect";
        case failure_class::size:
            return "size";
        case failure_class::digest:
            return "digest";
        case failure_class::expect:
            return "expect";
        case failure_class::file:
            return "file";
        case failure_class::stopped:
            return "stopped";
    }
    return "";
}

bool is_retryable_status(int status) noexcept {
    constexpr std::array statuses{408, 425, 429, 500, 502, 503, 504};
    return std::ranges::find(statuses, status) != statuses.end();
}

bool is_transient(const failure& what) noexcept {
    switch (what.kind) {
        case failure_class::dns:
        case failure_class::connect:
        case failure_class::timeout:
        case failure_class::stall:
        case failure_class::reset:
        case failure_class::truncated:
            return true;
        case failure_class::status:
            return is_retryable_status(what.status);
        default:
            return false;
    }
}

bool may_fail_over(const failure& what) noexcept {
    switch (what.kind) {
        case failure_class::none:
        case failure_class::expect:
        case failure_class::file:
        case failure_class::stopped:
            return false;
        default:
            return true;
    }
}

bool was_not_sent(failure_class kind) noexcept {
    return kind == failure_class::url || kind == failure_class::dns ||
           kind == failure_class::no_name || kind == failure_class::connect ||
           kind == failure_class::tls;
}

bool is_idempotent(std::string_view method) noexcept {
    static constexpr std::array<std::string_view, 6> methods{"GET",    "HEAD",    "PUT",
                                                             "DELETE", "OPTIONS", "TRACE"};
    return contains(methods, method);
}

}  // namespace grove::cmd
