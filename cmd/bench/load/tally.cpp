// SPDX-License-Identifier: MIT
#include "cmd/bench/load/tally.hpp"

#include <grove/dns.hpp>
#include <grove/http_connection.hpp>
#include <grove/tls.hpp>
#include <grove/websocket.hpp>

#include <algorithm>
#include <numeric>

namespace grove::cmd {
namespace {

load_error kind_of_http(const std::error_code& error) noexcept {
    if (error == http_errc::closed) return load_error::closed;
    if (error == http_errc::truncated) return load_error::truncated;
    return load_error::malformed;
}

}  // namespace

std::uint64_t nanoseconds(duration d) noexcept {
    return static_cast<std::uint64_t>(std::max<duration::rep>(d.count(), 0));
}

std::string_view to_string(load_error error) noexcept {
    static constexpr std::array<std::string_view, load_errors> names{
        "name",   "refused",   "tls",       "timed_out", "reset",
        "closed", "truncated", "malformed", "other"};
    return names[static_cast<std::size_t>(error)];
}

load_error kind_of_error(const std::error_code& error) noexcept {
    if (error.category() == websocket_category()) return load_error::malformed;
    if (error.category() == http_category()) return kind_of_http(error);
    if (error == std::errc::timed_out || error == dns::errc::timed_out)
        return load_error::timed_out;
    if (error.category() == dns::category()) return load_error::name;
    if (error == std::errc::connection_reset || error == std::errc::broken_pipe ||
        error == std::errc::connection_aborted)
        return load_error::reset;
    if (error == std::errc::bad_message) return load_error::malformed;
    if (error.category() == tls_category()) return load_error::tls;
    if (error == std::errc::connection_refused || error == std::errc::no_such_file_or_directory)
        return load_error::refused;
    return load_error::other;
}

void tally::count_error(load_error kind, std::string_view example) {
    if (errors[static_cast<std::size_t>(kind)]++ == 0) examples.emplace(kind, example);
}

std::uint64_t tally::failures() const noexcept {
    return std::accumulate(errors.begin(), errors.end(), std::uint64_t{0});
}

double tally::error_ratio() const noexcept {
    if (requests() == 0) return 0;
    return static_cast<double>(failures() + bad_statuses) / static_cast<double>(requests());
}

void tally::add(const tally& other) {
    latency.add(other.latency);
    service.add(other.service);
    first_byte.add(other.first_byte);
    connect.add(other.connect);
    tls.add(other.tls);
    lateness.add(other.lateness);
    answers += other.answers;
    in_time += other.in_time;
    bad_statuses += other.bad_statuses;
    waited += other.waited;
    bytes_in += other.bytes_in;
    bytes_out += other.bytes_out;
    for (std::size_t i = 0; i < errors.size(); ++i) errors[i] += other.errors[i];
    for (std::size_t i = 0; i < statuses.size(); ++i) statuses[i] += other.statuses[i];
    examples.insert(other.examples.begin(), other.examples.end());
}

void tally::clear() {
    for (histogram* h : {&latency, &service, &first_byte, &connect, &tls, &lateness}) h->clear();
    answers = in_time = bad_statuses = waited = bytes_in = bytes_out = 0;
    errors.fill(0);
    statuses.fill(0);
    examples.clear();
}

}  // namespace grove::cmd
