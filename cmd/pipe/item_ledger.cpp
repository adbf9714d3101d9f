// SPDX-License-Identifier: MIT
#include "cmd/pipe/item_ledger.hpp"

#include "cmd/common/base64.hpp"
#include "cmd/common/json_text.hpp"
#include "cmd/common/output.hpp"
#include "cmd/common/terminal_text.hpp"
#include "cmd/common/utf8.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace grove::cmd {
namespace {

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const utf8_step step = decode_utf8(text);
        if (!step.valid) return false;
        text.remove_prefix(step.size);
    }
    return true;
}

std::string sentence(const dead_item& what) {
    return fmt::format("{}: item {} ({}): {}", what.stage, what.number,
                       fit_middle(one_line(what.item), 60), what.error);
}

}  // namespace

std::string to_json(const dead_item& dead) {
    json_object line;
    line.add("stage", dead.stage).add("number", dead.number);
    if (is_utf8(dead.item))
        line.add("item", dead.item);
    else
        line.add("item_base64", base64(dead.item));
    line.add("attempts", dead.attempts).add("error", dead.error).add("exit", dead.code);
    line.add("stderr", dead.errors);
    return line.text();
}

item_ledger::item_ledger(const pipe_options& options, output& out,
                         std::function<void(exit_code)> stop)
    : limit_(options.max_failures), out_(out), stop_(std::move(stop)) {
    if (!options.dead_file.empty()) {
        dead_file_ =
            log_file(options.dead_file, out, options.resume ? log_start::kept : log_start::anew);
    }
}

void item_ledger::retried(const dead_item& what) {
    if (out_.says_details()) out_.detail(sentence(what) + "; trying again");
}

void item_ledger::dead(const dead_item& what, item_tally& of, std::optional<std::uint64_t> total) {
    ++failed_;
    ++of.failed;
    const std::string attempts =
        what.attempts > 1 ? fmt::format(" (after {} attempts)", what.attempts) : "";
    const bool is_kept = keep_ && !dead_file_.is_open();
    out_.error(sentence(what) + attempts + (is_kept ? "; " + keep_(what) : ""));
    look_at_limit(of, total);
    if (!dead_file_.is_open()) return;
    try {
        is_secure_ = false;
        dead_file_.write(to_json(what) + '\n');
    } catch (const std::system_error& e) {
        hopeless(e.what());
    }
}

/// A number is of all failures; a share is of one stage's items, as the others would thin it: of
/// those that it has done, or of all, which are the first to tell where they are few.
void item_ledger::look_at_limit(const item_tally& of, std::optional<std::uint64_t> total) {
    const std::uint64_t finished = of.done + of.failed;
    const bool is_reached = limit_.reached(failed_, 0, std::nullopt) ||
                            limit_.reached(of.failed, finished, std::nullopt) ||
                            (total && limit_.reached(of.failed, finished, total));
    if (!is_reached) return;
    is_limit_reached_ = true;
    is_over_ = true;
    stop_(exit_code::shortfall);
}

void item_ledger::cut_off(const dead_item& what) {
    has_cut_off_ = true;
    out_.error(sentence(what) + ", as the run was told to stop: it is not dealt with");
}

void item_ledger::fell_short(const std::string& why) {
    fell_short_ = true;
    out_.error(why);
}

void item_ledger::stop_short(const std::string& why) {
    fell_short(why);
    is_over_ = true;
    stop_(exit_code::shortfall);
}

void item_ledger::lost(std::uint64_t items, const std::string& why) {
    failed_ += items;
    first_tally().failed += items;
    out_.error(why);
    look_at_limit(first_tally(), std::nullopt);
}

void item_ledger::hopeless(const std::string& why) {
    if (std::exchange(is_hopeless_, true)) return;
    is_over_ = true;
    out_.error(why);
    stop_(exit_code::environment);
}

std::uint64_t item_ledger::secure_failures() {
    if (dead_file_.is_open() && !std::exchange(is_secure_, true)) dead_file_.sync();
    return failed_;
}

exit_code item_ledger::finish() {
    try {
        dead_file_.close();
    } catch (const std::system_error& e) {
        out_.error(e.what());
        return exit_code::environment;
    }
    if (failed_before_ > 0)
        out_.error(fmt::format("items that failed in the runs before: {}", failed_before_));
    return failed_ + failed_before_ > 0 || fell_short_ ? exit_code::shortfall : exit_code::ok;
}

}  // namespace grove::cmd
