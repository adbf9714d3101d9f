// SPDX-License-Identifier: MIT
#include "cmd/bench/bench.hpp"

#include "cmd/bench/bench_session.hpp"

#include <stdexcept>
#include <system_error>

namespace grove::cmd {

exit_code run_bench(const bench_options& options, output& out) {
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
