// SPDX-License-Identifier: MIT
#include "cmd/fetch/fetch.hpp"

#include "cmd/fetch/fetch_run.hpp"

#include <malloc.h>

#include <stdexcept>
#include <system_error>

namespace grove::cmd {
namespace {

/// Transfers take and return large buffers all the time: keep them in the heap, where their pages
/// stay warm, instead of mapping each anew.
void keep_large_blocks_in_heap() {
    constexpr int threshold = 8 << 20;
    ::mallopt(M_MMAP_THRESHOLD, threshold);
    ::mallopt(M_TRIM_THRESHOLD, 4 * threshold);
}

}  // namespace

exit_code run_fetch(const fetch_options& options, output& out) {
    keep_large_blocks_in_heap();
    try {
        fetch_run run(options, out);
        return run.execute();
    } catch (const std::invalid_argument& e) {
        out.error(e.what());
        return exit_code::usage;
    } catch (const std::system_error& e) {
        out.error(e.what());
        return exit_code::environment;
    }
}

}  // namespace grove::cmd
