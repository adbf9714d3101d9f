// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/bench_result.hpp"
#include "cmd/bench/load/load_exchange.hpp"
#include "cmd/bench/load/load_plan.hpp"
#include "cmd/bench/report/bench_view.hpp"
#include "cmd/common/output.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

/// One run of a plan: threads that send, and this one, which adds up what they have seen and shows
/// how it goes.

namespace grove::cmd {

enum class run_end : unsigned char {
    done,
    stopped,      ///< by `stop`
    late,         ///< the deadline was reached
    unreachable,  ///< no connection could be made: there is no result
};

class bench_run {
 public:
    /// Called with each second of the measured time, in order, when it is over; the last may be
    /// shorter. `begin` counts from the measured time's beginning.
    using second_listener = std::function<void(duration begin, duration length, const tally& seen)>;

    /// `plan` and `out` must outlive it; `target` is the result's.
    /// Throws: `std::invalid_argument`: it needs more open files than it may have.
    bench_run(const load_plan& plan, std::string target, output& out);
    bench_run(const bench_run&) = delete;
    bench_run& operator=(const bench_run&) = delete;
    /// Stops what still sends.
    ~bench_run();

    /// Blocks until all is done, `until`, or the run was stopped.
    [[nodiscard]] run_end execute(deadline until, second_listener on_second = {});

    /// Ends it early. Never blocks.
    void stop() { exchange_.stop(); }

    /// What was measured; complete after `execute`.
    [[nodiscard]] const bench_result& result() const noexcept { return result_; }

 private:
    void start_threads();
    [[nodiscard]] bool all_ready();
    [[nodiscard]] run_end follow(deadline until);
    void take(second_tally piece);
    bench_second close_first_second(duration length);
    void finish(run_end how);

    const load_plan& plan_;
    output& out_;
    load_exchange exchange_;
    std::vector<std::thread> threads_;
    deadline begun_;
    deadline measured_;
    bench_view view_;
    second_listener on_second_;

    struct open_second {
        unsigned pieces = 0;  // a thread has handed in
        std::unique_ptr<tally> seen;
    };

    std::map<std::uint64_t, open_second> seconds_;  // that not all threads have handed in
    bench_result result_;
};

}  // namespace grove::cmd
