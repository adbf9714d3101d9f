// SPDX-License-Identifier: MIT
#include "cmd/poll/poll.hpp"

#include "cmd/poll/become.hpp"
#include "cmd/poll/follow/follow_session.hpp"
#include "cmd/poll/poll_session.hpp"
#include "cmd/poll/watch/watch_session.hpp"

#include <stdexcept>
#include <system_error>

namespace grove::cmd {
namespace {

/// Everything of the wait is gone when this returns: the next program finds no open descriptor.
exit_code execute(const poll_options& options, output& out) {
    poll_session session(options, out);
    return session.execute();
}

}  // namespace

exit_code run_poll(const poll_options& options, output& out) {
    try {
        if (options.follow) return follow_session(options, out).execute();
        if (options.watch) return watch_session(options, out).execute();
        const exit_code code = execute(options, out);
        const bool is_left = !options.command.empty() && options.start.empty();
        if (code != exit_code::ok || !is_left || out.lost()) return code;
        out.flush();
        become(options.command);
    } catch (const std::invalid_argument& e) {
        out.error(e.what());
        return exit_code::usage;
    } catch (const std::system_error& e) {
        out.error(e.what());
        return exit_code::environment;
    }
}

}  // namespace grove::cmd
