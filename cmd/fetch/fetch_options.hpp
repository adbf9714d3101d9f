// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/expression.hpp"
#include "cmd/common/fact_path.hpp"
#include "cmd/common/failure_limit.hpp"
#include "cmd/common/http_options.hpp"
#include "cmd/common/talk_options.hpp"
#include "cmd/common/targets.hpp"
#include "cmd/common/units.hpp"
#include "cmd/fetch/retry_policy.hpp"

#include <grove/deadline.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// All that `grove fetch` can be told.

namespace grove::cmd {

class option_table;

/// Who turns host names into addresses.
enum class name_service : unsigned char {
    own,     ///< grove's resolver: /etc/hosts and DNS
    system,  ///< the C library's, with all of nsswitch, in the thread pool
};

struct fetch_options {
    // What to fetch.
    std::vector<std::string> urls;    ///< as typed; each passed `parse_http_target`
    std::vector<std::string> inputs;  ///< lists: files, `-` for stdin
    std::string base;                 ///< where relative names of lists are; empty: refuse them
    std::string sha256;               ///< of the one URL; 64 hex digits in lower case; empty: none

    // Where to.
    std::string output = "./";  ///< for output_pattern::parse
    bool resume = false;
    bool skip_existing = false;
    std::optional<byte_size> max_size;
    std::string failed_file;  ///< takes what failed, as a list; empty: none

    // Politeness.
    std::size_t connections = 64;  ///< transfers at once; 1 with `-o -` (`transfers_at_once`)
    std::size_t per_host = 8;
    std::optional<byte_rate> limit_rate;  ///< of all transfers together
    std::optional<event_rate> rate;       ///< starts, for each host

    // Sureness.
    unsigned retries = 3;
    retry_methods retry = retry_methods::idempotent;
    duration connect_timeout = std::chrono::seconds(30);
    duration stall_timeout = std::chrono::seconds(30);  ///< without a byte; zero: never
    std::optional<duration> timeout;                    ///< one attempt
    std::optional<duration> deadline;                   ///< the whole run
    failure_limit max_failures;
    duration grace = std::chrono::seconds(10);  ///< for running transfers after a first SIGINT
    std::vector<expression> expect;             ///< checked against `fetch_facts()`
    std::vector<fact_path> tell;                ///< of each answer; checked against the same

    // HTTP and the way there.
    http_options http;
    std::vector<endpoint> dns_servers;  ///< port 0: 53; empty: the system's
    name_service names = name_service::own;

    // Talk.
    talk_options talk;
    bool dry_run = false;
    std::optional<std::uint64_t> seed;  ///< of jitter
};

void describe(fetch_options& options, option_table& table);

/// What no single option can know. Result: a sentence that says what to do, or nullopt.
[[nodiscard]] std::optional<std::string> validate(const fetch_options& options);

/// The names that `--expect` may use.
[[nodiscard]] std::span<const fact> fetch_facts() noexcept;

/// True when an expectation speaks of the status: then 400 and above is not a failure by itself.
[[nodiscard]] bool expects_status(const fetch_options& options) noexcept;

/// An expectation, or `--tell`, refers to the fact `name`.
[[nodiscard]] bool looks_at(const fetch_options& options, std::string_view name) noexcept;

/// `connections`, or 1 where the bodies go to stdout: they must come whole and in order.
[[nodiscard]] std::size_t transfers_at_once(const fetch_options& options) noexcept;

}  // namespace grove::cmd
