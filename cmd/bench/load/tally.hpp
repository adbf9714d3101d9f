// SPDX-License-Identifier: MIT
#pragma once

#include <grove/deadline.hpp>
#include <grove/histogram.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <system_error>

/// What a bench has seen: counts and histograms, which add up over intervals and threads.

namespace grove::cmd {

/// Why a request has no answer.
enum class load_error : unsigned char {
    name,       ///< the host's name was not resolved
    refused,    ///< nobody listens
    tls,        ///< the handshake failed
    timed_out,  ///< `--timeout` was over
    reset,      ///< the peer broke the connection
    closed,     ///< the peer closed it before an answer
    truncated,  ///< the peer closed it inside an answer: its length was wrong
    malformed,  ///< what came is no HTTP/1, no DNS, not what an echo was sent
    other,
};

inline constexpr std::size_t load_errors = 9;

/// For a histogram; 0 for what is below.
[[nodiscard]] std::uint64_t nanoseconds(duration d) noexcept;

/// As in reports and JSON: `timed_out`.
[[nodiscard]] std::string_view to_string(load_error error) noexcept;

[[nodiscard]] load_error kind_of_error(const std::error_code& error) noexcept;

struct tally {
    // Nanoseconds.
    histogram latency;     ///< due (open load) or sent, to the last byte of the answer
    histogram service;     ///< sent to the last byte: what a server's own log would say
    histogram first_byte;  ///< sent to the first byte
    histogram connect;     ///< of connections made: names, addresses, TCP
    histogram tls;         ///< of connections made: the handshake
    histogram lateness;    ///< due to sent, where the sender was free: ours alone

    std::uint64_t answers = 0;
    std::uint64_t in_time = 0;       ///< of them, before the end of the measured time
    std::uint64_t bad_statuses = 0;  ///< of them, 400 and above
    std::uint64_t waited = 0;        ///< sent late because no connection was free
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    std::array<std::uint64_t, load_errors> errors{};
    std::array<std::uint64_t, 1000> statuses{};
    /// The first of each kind of error, in words.
    std::map<load_error, std::string> examples;

    void count_error(load_error kind, std::string_view example);

    [[nodiscard]] std::uint64_t failures() const noexcept;

    /// Requests that were sent, or should have been: answers and failures.
    [[nodiscard]] std::uint64_t requests() const noexcept { return answers + failures(); }

    /// Failures and bad statuses, of all requests; 0 of none.
    [[nodiscard]] double error_ratio() const noexcept;

    void add(const tally& other);
    void clear();
};

}  // namespace grove::cmd
