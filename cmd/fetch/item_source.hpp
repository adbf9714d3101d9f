// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/fetch/fetch_item.hpp"
#include "cmd/fetch/fetch_options.hpp"
#include "cmd/fetch/input_list.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// All items of a run, one after another: those of the command line, then those of each list. A
/// list is read as it is needed, so its length does not matter.

namespace grove::cmd {

class item_source {
 public:
    /// A line that cannot be used: what is wrong, with file and line. Reading goes on after it.
    using complaint = std::function<void(const std::string& text)>;

    item_source(const fetch_options& options, complaint on_bad_line);
    item_source(const item_source&) = delete;
    item_source& operator=(const item_source&) = delete;
    ~item_source();

    /// Blocks: the greenlet, while a pipe or terminal has nothing. Interrupted: nothing is lost.
    /// Result: nullopt at the end of the last list.
    /// Throws: `std::system_error` for a list that cannot be opened or read.
    [[nodiscard]] std::optional<fetch_item> next();

 private:
    [[nodiscard]] std::optional<fetch_item> next_of_command_line();
    [[nodiscard]] bool open_next_list();
    void read_more();
    void close_list() noexcept;

    const fetch_options& options_;
    complaint on_bad_line_;
    std::size_t next_url_ = 0;
    std::size_t next_input_ = 0;
    std::optional<input_list> list_;
    std::string name_;  // of the open list, for messages
    int fd_ = -1;
    bool at_end_ = false;
    std::vector<char> chunk_;
};

}  // namespace grove::cmd
