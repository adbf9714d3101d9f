// SPDX-License-Identifier: MIT
#include "cmd/serve/serve.hpp"

#include "cmd/serve/serve_run.hpp"

#include <stdexcept>
#include <system_error>

namespace grove::cmd {

exit_code run_serve(const serve_options& options, output& out) {
    try {
        serve_run run(options, out);
        return run.execute();
    } catch (const std::invalid_argument& e) {
        out.error(e.what());
        return exit_code::usage;
    } catch (const std::system_error& e) {
        const bool taken = e.code() == std::errc::address_in_use && options.listen.empty();
        out.error(e.what() + std::string(taken ? " (-p 0 picks a free port)" : ""));
        return exit_code::environment;
    }
}

}  // namespace grove::cmd
