// SPDX-License-Identifier: MIT
#include "cmd/bench/bench.hpp"

#include "cmd/bench/bench_session.hpp"
#include "cmd/bench/hub_bench.hpp"

#include <stdexcept>
#include <system_error>

namespace grove::cmd {

exit_code run_bench(const bench_options& options, output& out) {
    if (is_hub_bench(options)) return run_hub_bench(options, out);
    try {
        bench_session session(options, out);
        return session.execute();
    } catch (const std::invalid_argument& e) {
        out.error(e.what());
        return exit_code::usage;
    } catch (const std::system_error& e) {
        out.error(e.what());
        return exit_code::environment;
    }
}

}  // namespace grove::cmd
