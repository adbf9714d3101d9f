// SPDX-License-Identifier: MIT
#include "cmd/pipe/joblog.hpp"

#include <fmt/format.h>

namespace grove::cmd {
namespace {

constexpr std::string_view heading =
    "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n";

double seconds(duration time) {
    return std::chrono::duration<double>(time).count();
}

}  // namespace

std::string to_text(const job_line& job) {
    return fmt::format("{}\t:\t{:.3f}\t{:10.3f}\t0\t{}\t{}\t{}\t{}\n", job.number,
                       seconds(job.started.time_since_epoch()), seconds(job.took), job.received,
                       job.status.code().value_or(0), job.status.signal(), job.command);
}

joblog::joblog(const std::string& path, output& out, bool resume)
    : file_(path, out, resume ? log_start::kept : log_start::anew) {
    if (file_.is_empty()) file_.write(heading);
}

}  // namespace grove::cmd
