// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/progress.hpp"
#include "cmd/common/rate_limiter.hpp"
#include "cmd/fetch/attempt.hpp"
#include "cmd/fetch/fetch_report.hpp"
#include "cmd/fetch/host_scheduler.hpp"
#include "cmd/fetch/item_source.hpp"
#include "cmd/fetch/job.hpp"
#include "cmd/fetch/name_claims.hpp"
#include "cmd/fetch/output_folder.hpp"
#include "cmd/fetch/output_pattern.hpp"

#include <grove/event.hpp>
#include <grove/group.hpp>
#include <grove/http_client.hpp>

#include <cstddef>
#include <list>
#include <optional>
#include <random>
#include <string>

/// One run of `grove fetch`. A greenlet reads the lists into the queue of hosts; the main one
/// starts what may start, a greenlet an item; those run attempts and put what must be tried again
/// back into the queue.

namespace grove::cmd {

class fetch_run {
 public:
    /// Throws: `std::system_error`, `std::invalid_argument`: the environment is not fit for the
    /// run.
    fetch_run(const fetch_options& options, output& out);
    fetch_run(const fetch_run&) = delete;
    fetch_run& operator=(const fetch_run&) = delete;

    /// Blocks until all is done or the run was stopped.
    [[nodiscard]] exit_code execute();

 private:
    using queue = host_scheduler<job>;

    /// What runs now, for the progress.
    struct active_job {
        std::string name;
        const body_target* target = nullptr;
    };

    using active_list = std::list<active_job>;

    void refuse_folder() const;

    // reading
    void feed();
    void enlist(fetch_item item);
    [[nodiscard]] job prepare(fetch_item& item);
    [[nodiscard]] bool is_special(const std::string& path) const;
    void list_only(const job& what);

    // running
    void start_ready();
    void work(job what, queue::host_id host);
    void attempt(job& what, result_record& record, attempt_result& result);
    void attempt_to_stream(job& what, result_record& record, attempt_result& result);
    void attempt_to_file(job& what, result_record& record, attempt_result& result);
    void commit(job& what, result_record& record, const attempt_result& result);
    void run_tracked(const job& what, body_target& target, result_record& record,
                     attempt_result& result);
    void after_failure(job&& what, result_record& record, const attempt_result& result);
    void pause_host(const job& what, const result_record& record,
                    std::optional<duration> retry_after, duration wait);
    [[nodiscard]] bool skip_existing(const job& what, result_record& record);

    // stopping
    void stop(exit_code why);
    void stop_gently();
    void kill_rest();
    void report_rest();
    [[nodiscard]] bool idle() const;
    void wait_for_news();
    void show_progress();
    void fill(progress_model& model) const;

    const fetch_options& options_;
    output& out_;
    fetch_report report_;
    progress meter_;
    output_pattern pattern_;
    std::optional<output_folder> folder_;
    std::size_t limit_;
    http::client client_;
    std::optional<rate_limiter> limiter_;
    attempt_plan plan_;
    retry_policy policy_;
    std::mt19937_64 random_;
    item_source source_;
    place_reader places_;
    buffer_shelf shelf_;  // before what holds files
    name_claims claims_;
    queue queue_;
    active_list active_;
    std::uint64_t received_ = 0;  // by attempts that have ended
    event news_;
    event room_;
    std::size_t running_ = 0;
    std::uint64_t listed_ = 0;
    std::uint64_t number_ = 0;
    bool list_ended_ = false;
    bool stopping_ = false;
    deadline give_up_at_ = never;  ///< when running transfers are ended
    exit_code stop_code_ = exit_code::ok;
    group workers_;  // last: its greenlets use all of the above
};

}  // namespace grove::cmd
