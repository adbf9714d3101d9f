// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/rate_limiter.hpp"
#include "cmd/fetch/body_target.hpp"
#include "cmd/fetch/fetch_options.hpp"
#include "cmd/fetch/job.hpp"
#include "cmd/fetch/result_record.hpp"
#include "cmd/fetch/resume.hpp"

#include <grove/digest.hpp>
#include <grove/http_client.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// One request for one item, and what it means: the body goes where it belongs while it comes, is
/// counted, hashed and limited; then the answer is judged.

namespace grove::cmd {

/// What all attempts of a run share.
struct attempt_plan {
    const fetch_options& options;
    http::client& client;
    http::request form;  ///< method, headers and body; the URL is each item's
    rate_limiter* limiter = nullptr;
    bool keep_sha256 = false;  ///< compute it although no item asks
    bool keep_body = false;    ///< an expectation looks into it
    bool keep_headers = false;
    bool follow_names = false;  ///< Content-Disposition may name the file
};

/// What came of it. The failure is in the record.
struct attempt_result {
    std::optional<std::string> retry_after;  ///< the header's value
    std::string content_disposition;
    bool has_body = false;   ///< the answer is a file: `target` holds it
    bool ask_whole = false;  ///< the part was of no use: try again, from zero
    bool spent = false;      ///< bytes went out that cannot be taken back
    int file_error = 0;      ///< errno of a failure of the local disk
};

/// Runs one attempt and fills `record` as far as it came. A body that was taken whole is left in
/// `target`, not yet committed.
/// Blocks. Throws: nothing of the network's or the disk's. Interrupted: the part is kept.
[[nodiscard]] attempt_result run_attempt(const attempt_plan& plan, const job& what,
                                         body_target& target, result_record& record);

/// `http::error` in this program's terms; `where` is said when it is not the URL that was asked
/// for.
[[nodiscard]] failure to_failure(const http::error& e, std::string_view asked,
                                 std::string_view where);

}  // namespace grove::cmd
