// SPDX-License-Identifier: MIT
#include "cmd/pipe/each_options.hpp"

#include "cmd/common/option_table.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace grove::cmd {

using namespace std::chrono_literals;

void describe(each_options& options, option_table& table) {
    table.add({'j', "jobs"}, options.jobs, "N", "processes at once")
        .range(1, 10000)
        .default_text("cores");
    table.add("timeout", options.timeout, "T", "of one attempt; then it is ended")
        .range(1ms, 24h * 365);
    table.add("retries", options.retries, "N", "tries more, with growing pauses").range(0, 1000);
    table.choose("order", options.order, {{"input", item_order::input}, {"any", item_order::any}},
                 "HOW", "results as items came, or as they are done");
    table.add("joblog", options.joblog, "FILE", "a line a process, as GNU parallel writes it")
        .kind(value_kind::file);
    table.advise("-k", "results keep the order of the items by themselves");
    table.advise("--keep-order", "results keep the order of the items by themselves");
    table.advise("-P", "it is -j N");
    table.advise("-n", "each runs a process an item");
    table.advise("-I", "{} stands for the item");
}

std::size_t jobs_of(const std::optional<std::size_t>& jobs) noexcept {
    return jobs ? *jobs : std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace grove::cmd
