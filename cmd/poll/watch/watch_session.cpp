// SPDX-License-Identifier: MIT
#include "cmd/poll/watch/watch_session.hpp"

#include "cmd/common/descriptors.hpp"
#include "cmd/common/json_text.hpp"
#include "cmd/common/process_tree.hpp"
#include "cmd/common/signals.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/common/units.hpp"
#include "cmd/poll/watch/watch_table.hpp"

#include <grove/timeout.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>

namespace grove::cmd {
namespace {

using namespace std::chrono_literals;

constexpr duration redraw = 250ms;
constexpr duration flush_often = 100ms;  // lines wait no longer for more of them

std::optional<double> seconds(const std::optional<duration>& time) {
    if (!time) return std::nullopt;
    return std::round(std::chrono::duration<double, std::micro>(*time).count()) / 1e6;
}

}  // namespace

std::string change_json(const watched_target& of, watch_state before, duration elapsed) {
    json_object line;
    line.add("event", "change").add("target", of.name).add("state", to_string(of.state));
    line.add("was", to_string(before)).add("after", seconds(elapsed)).add("what", of.what);
    if (of.address.empty())
        line.add_null("address");
    else
        line.add("address", of.address);
    return line.text();
}

std::string summary_json(const watched_target& of) {
    json_object line;
    line.add("event", "summary").add("target", of.name).add("state", to_string(of.state));
    line.add("attempts", of.attempts).add("failures", of.failures).add("loss", of.loss());
    line.add("changes", of.changes).add("streak", of.streak).add("what", of.what);
    line.add("p50", seconds(of.recent.percentile(50)));
    line.add("p95", seconds(of.recent.percentile(95)));
    line.add("p99", seconds(of.recent.percentile(99)));
    line.add("cert_days", of.cert_days ? std::optional(std::floor(*of.cert_days)) : std::nullopt);
    return line.text();
}

watch_session::watch_session(const poll_options& options, output& out)
    : options_(options),
      out_(out),
      json_(options.talk.json || !out.data_is_terminal()),
      watch_(options, plan_of(options)) {
    if (!options.on_change.empty()) hook_.emplace(options.on_change, out);
}

exit_code watch_session::execute() {
    out_.set_wait_writable(wait_writable);
    const on_exit no_more_waiting([this] { out_.set_wait_writable({}); });
    out_.on_lost([this] { watch_.stop(); });
    const stop_signals signals([this](int) { watch_.stop(); }, kill_process_groups);
    watch_.on_change(
        [this](const watched_target& of, watch_state before) { tell_change(of, before); });
    const deadline until = options_.deadline ? deadline(*options_.deadline) : never;
    watch_.execute(until, out_.has_status() ? redraw : flush_often, [this] { draw(); });
    if (hook_) static_cast<void>(hook_->finish(options_.grace));
    tell_end();
    exit_code code = signals.code();
    if (until.expired()) code = merge(code, exit_code::deadline);
    if (options_.attempts && !all_up()) code = merge(code, exit_code::shortfall);
    return code;
}

void watch_session::tell_change(const watched_target& of, watch_state before) {
    if (hook_ && before != watch_state::unknown) hook_->call(of, before);
    if (json_) out_.json(change_json(of, before, watch_.elapsed()));
    // Without a table, and with lines that say so, nobody needs it twice.
    if (json_ && !out_.owns_screen()) return;
    if (before == watch_state::unknown && of.state == watch_state::up) return;
    out_.say(fmt::format("{}  {} is {}: {}{}", show_duration(watch_.elapsed()), of.name,
                         to_string(of.state), one_line(of.what),
                         of.address.empty() ? "" : " on " + of.address));
}

void watch_session::draw() {
    out_.tick();
    out_.look_for_reader();
    if (!out_.owns_screen() || options_.talk.quiet || !options_.talk.progress) return;
    const output::screen screen = out_.talk_screen();
    constexpr std::size_t other_rows = 2;  // the heading, and the cursor's
    const std::size_t rows = screen.rows > other_rows ? screen.rows - other_rows : 1;
    out_.status(watch_table(watch_.targets(), deadline::now(), {screen.columns - 1U, rows},
                            out_.talk_has_color() ? table_color::ansi : table_color::none,
                            locale_charset()));
}

/// The table stays where it was drawn, to be read when all is over.
void watch_session::tell_end() {
    out_.status({});
    if (json_) {
        for (const watched_target& one : watch_.targets()) out_.json(summary_json(one));
    }
    if (!out_.has_status() || options_.talk.quiet || out_.lost()) return;
    std::string lines;
    const output::screen screen = out_.talk_screen();
    for (const std::string& line : watch_table(watch_.targets(), deadline::now(),
                                               {screen.columns - 1U, watch_.targets().size()},
                                               table_color::none, locale_charset()))
        lines += line + '\n';
    out_.print_talk(lines);
}

bool watch_session::all_up() const noexcept {
    return std::ranges::all_of(
        watch_.targets(), [](const watched_target& one) { return one.state == watch_state::up; });
}

}  // namespace grove::cmd
