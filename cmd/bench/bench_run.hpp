// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/bench/bench_options.hpp"
#include "cmd/bench/bench_result.hpp"
#include "cmd/bench/bench_view.hpp"
#include "cmd/bench/load_exchange.hpp"
#include "cmd/bench/load_plan.hpp"
#include "cmd/common/exit_code.hpp"
#include "cmd/common/output.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <thread>
#include <vector>

/// One run of `grove bench`: threads that send, and this one, which adds up what they have seen,
/// shows it and judges it.

namespace grove::cmd {

class bench_run {
 public:
    /// Throws: `std::invalid_argument`, `std::system_error`: the run cannot be made.
    bench_run(const bench_options& options, output& out);
    bench_run(const bench_run&) = delete;
    bench_run& operator=(const bench_run&) = delete;
    /// Stops what still sends.
    ~bench_run();

    /// Blocks until all is done or the run was stopped.
    [[nodiscard]] exit_code execute();

 private:
    void start_threads();
    [[nodiscard]] bool all_ready();
    void follow();
    void take(second_tally piece);
    bench_second close_first_second();
    void finish();
    [[nodiscard]] exit_code judge() const;

    const bench_options& options_;
    output& out_;
    load_plan plan_;
    load_exchange exchange_;
    std::vector<std::thread> threads_;
    deadline begun_;
    deadline measured_;
    exit_code stop_code_ = exit_code::ok;
    bench_view view_;

    struct open_second {
        unsigned pieces = 0;  // a thread has handed in
        std::unique_ptr<tally> seen;
    };

    std::map<std::uint64_t, open_second> seconds_;  // that not all threads have handed in
    bench_result result_;
};

}  // namespace grove::cmd
