// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/fetch/failure.hpp"
#include "cmd/fetch/fetch_item.hpp"

#include <grove/deadline.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What came of one item, and the two ways it is written down: a line of `--json`, and a line of
/// the `--failed` file.

namespace grove::cmd {

/// How long the parts of the last attempt took, each from the start of the attempt, as in curl's
/// `time_*` values: `connect` includes `dns`, and so on. Absent: that point was not reached, or
/// (dns, connect, tls) the connection was reused.
struct transfer_timings {
    std::optional<duration> dns;
    std::optional<duration> connect;
    std::optional<duration> tls;
    std::optional<duration> first_byte;
    std::optional<duration> total;
};

/// What `--tell` asked for.
struct told_fact {
    std::string name;
    std::string text;
    bool is_json = false;  ///< `text` is a JSON number, truth, list or object
};

struct result_record {
    std::string url;        ///< as the list gave it
    std::string final_url;  ///< after redirects and mirrors; empty: nothing answered
    int status = 0;         ///< 0: nothing answered
    unsigned attempts = 0;
    std::uint64_t bytes = 0;    ///< of the body in the file
    std::uint64_t resumed = 0;  ///< of these, from an earlier run
    std::string file;           ///< path of the finished file; empty: there is none
    std::string sha256;         ///< empty: not computed
    std::string sha512;
    std::string http_version;  ///< `1.1`, `2`
    std::string ip;            ///< the peer's address
    bool reused = false;       ///< the connection carried another request before
    bool skipped = false;      ///< `--skip-existing` found the file
    failure error;
    transfer_timings timings;
    std::vector<told_fact> told;
    std::uint64_t line = 0;  ///< of the input list; 0: command line
};

/// One JSON object, without a line feed. All keys are always there, in this order, null where
/// there is nothing to say:
///
///     url final_url status ok skipped attempts bytes resumed file sha256 sha512 http_version ip
///     reused line error{class,text} time{dns,connect,tls,first_byte,total}
///
/// and `told{NAME..}` behind them for what `--tell` asked for.
/// Times are seconds. Passwords in URLs are masked; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string to_json(const result_record& record);

/// A line, without a line feed, that `-i` reads back as the same item (but for its line number).
/// `out` is the path below the output folder that the run had given it, so that a second run with
/// fewer items does not choose another one; empty: the item's own. Bytes that are not UTF-8 become
/// U+FFFD. Passwords and headers are kept: the file must be readable by its owner alone.
[[nodiscard]] std::string failed_line(const fetch_item& item, std::string_view out);

}  // namespace grove::cmd
