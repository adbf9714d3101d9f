// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/common/exit_code.hpp"
#include "cmd/common/report_file.hpp"
#include "cmd/pipe/pipe_options.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// What became of the items of all stages, and whether so many failed that the run must stop.

namespace grove::cmd {

class output;

/// An item that failed for good.
struct dead_item {
    std::string_view stage = {};  ///< `each`
    std::uint64_t number = 0;     ///< in that stage, from 1
    std::string_view item = {};
    unsigned attempts = 1;
    std::string_view error = {};   ///< `exit code 3`
    std::optional<int> code = {};  ///< absent where a signal or grove ended it
    std::string_view errors = {};  ///< the last of what its program said
};

/// A JSON object: `{"stage":"each","number":3,"item":"a","attempts":1,"error":"exit code 3",
/// "exit":3,"stderr":"..."}`. An item that is not UTF-8 is in `item_base64` instead.
[[nodiscard]] std::string to_json(const dead_item& dead);

class item_ledger {
 public:
    /// `stop` is called when the run cannot or must not go on; it must not park.
    /// Throws: `std::system_error` when the file for dead items cannot be written.
    item_ledger(const pipe_options& options, output& out, std::function<void(exit_code)> stop);

    void done(std::uint64_t items = 1) noexcept { done_ += items; }

    /// It failed, and is tried again.
    void retried(const dead_item& what);

    /// Tells of it, keeps it, and stops the run where that was one too many.
    void dead(const dead_item& what);

    /// Something that is no item did not end well.
    void fell_short(const std::string& why);

    /// Items that are gone before anybody has dealt with them.
    void lost(std::uint64_t items, const std::string& why);

    /// The run is to stop: no item may begin.
    [[nodiscard]] bool is_over() const noexcept { return is_over_; }

    /// The run cannot go on, and why; only the first time counts.
    void hopeless(const std::string& why);

    [[nodiscard]] std::uint64_t done_items() const noexcept { return done_; }

    [[nodiscard]] std::uint64_t failed_items() const noexcept { return failed_; }

    /// Closes the file. Result: `shortfall` where an item failed.
    [[nodiscard]] exit_code finish();

 private:
    const failure_limit& limit_;
    output& out_;
    std::function<void(exit_code)> stop_;
    log_file dead_file_;
    std::uint64_t done_ = 0;
    std::uint64_t failed_ = 0;
    bool fell_short_ = false;
    bool is_hopeless_ = false;
    bool is_over_ = false;
};

}  // namespace grove::cmd
