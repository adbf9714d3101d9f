// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/pipe/block_cutter.hpp"
#include "cmd/pipe/pipe_options.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

/// What became of the items of all stages, and whether so many failed that the run must stop.

namespace grove::cmd {

class output;

/// An item that failed for good.
struct dead_item {
    std::string_view stage = {};  ///< `each`
    std::uint64_t number = 0;     ///< in that stage, from 1
    std::string_view item = {};
    unsigned attempts = 1;
    std::string_view error = {};        ///< `exit code 3`
    std::optional<int> code = {};       ///< absent where a signal or grove ended it
    std::string_view errors = {};       ///< the last of what its program said
    items_are whose = items_are::made;  ///< that `number` counts
};

/// A JSON object: `{"stage":"each","number":3,"item":"a","attempts":1,"error":"exit code 3",
/// "exit":3,"stderr":"..."}`. An item that is not UTF-8 is in `item_base64` instead.
[[nodiscard]] std::string to_json(const dead_item& dead);

/// The items of one stage, so far.
struct item_tally {
    std::uint64_t done = 0;
    std::uint64_t failed = 0;
};

class item_ledger {
 public:
    /// `stop` is called when the run cannot or must not go on; it must not park.
    /// Throws: `std::system_error` when the file for dead items cannot be written.
    item_ledger(const pipe_options& options, output& out, std::function<void(exit_code)> stop);

    /// For one more stage; `first_tally` is the first stage's, and the source's.
    [[nodiscard]] item_tally& add_tally() { return tallies_.emplace_back(); }

    [[nodiscard]] item_tally& first_tally() noexcept { return tallies_.front(); }

    static void done(item_tally& of, std::uint64_t items = 1) noexcept { of.done += items; }

    /// Who keeps items that have failed, where there is no file for them. It is called before
    /// their source is told that they are dealt with, may park, and says where the item is now.
    void on_dead(std::function<std::string(const dead_item&)> keep) { keep_ = std::move(keep); }

    /// It failed, and is tried again.
    void retried(const dead_item& what);

    /// Tells of it, keeps it, and stops the run where that was one too many. `total` is how many
    /// items the stage gets in all, where that is known.
    void dead(const dead_item& what, item_tally& of, std::optional<std::uint64_t> total);

    /// It was told to stop, as the run is: it is neither done nor dead.
    void cut_off(const dead_item& what);

    [[nodiscard]] bool has_cut_off() const noexcept { return has_cut_off_; }

    /// The run was told to stop, and another goes on with what it has not dealt with.
    void go_on_later() noexcept { is_gone_on_with_ = true; }

    [[nodiscard]] bool is_gone_on_with() const noexcept { return is_gone_on_with_; }

    /// The source did not end well: items may be missing.
    void fell_short(const std::string& why);

    /// ... and the run cannot go on without it.
    void stop_short(const std::string& why);

    /// Items that are gone before anybody has dealt with them.
    void lost(std::uint64_t items, const std::string& why);

    /// So many items failed that the run is to stop.
    [[nodiscard]] bool is_limit_reached() const noexcept { return is_limit_reached_; }

    /// The run is to stop: no item may begin.
    [[nodiscard]] bool is_over() const noexcept { return is_over_; }

    /// The run cannot go on, and why; only the first time counts.
    void hopeless(const std::string& why);

    [[nodiscard]] std::uint64_t failed_items() const noexcept { return failed_; }

    /// The source has ended before its items did.
    [[nodiscard]] bool source_fell_short() const noexcept { return fell_short_; }

    /// Items that failed in runs which this one goes on with.
    void add_before(std::uint64_t failed) noexcept { failed_before_ = failed; }

    /// Sees to it that the file for dead items stays as it is. Result: items that failed in this
    /// run. Blocks. Throws: `std::system_error`.
    [[nodiscard]] std::uint64_t secure_failures();

    /// Closes the file. Result: `shortfall` where an item failed.
    [[nodiscard]] exit_code finish();

 private:
    void look_at_limit(const item_tally& of, std::optional<std::uint64_t> total);

    const failure_limit& limit_;
    output& out_;
    std::function<void(exit_code)> stop_;
    std::function<std::string(const dead_item&)> keep_;
    log_file dead_file_;
    std::deque<item_tally> tallies_{1};
    std::uint64_t failed_ = 0;  // in all stages
    bool has_cut_off_ = false;
    bool is_gone_on_with_ = false;
    bool is_limit_reached_ = false;
    std::uint64_t failed_before_ = 0;
    bool is_secure_ = true;  // the disk has all dead items
    bool fell_short_ = false;
    bool is_hopeless_ = false;
    bool is_over_ = false;
};

}  // namespace grove::cmd
