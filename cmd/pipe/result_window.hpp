// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/block.hpp"
#include "cmd/pipe/each_options.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

/// Puts the results of items that run at once back in order. Items have a place from their start;
/// what comes of them waits until all places before are done. With `item_order::any` results do not
/// wait, and only `through` does.
/// Threads: the hub's own.

namespace grove::cmd {

class result_window {
 public:
    class place {
        friend result_window;

        std::uint64_t through = 0;
        bool exact = false;
        block results = {};
        std::string errors = {};
        bool done = false;
        bool settles = true;
    };

    /// What can go on.
    struct ready {
        block results;
        std::string errors;
    };

    explicit result_window(item_order order) noexcept : order_(order) {}

    /// A place after all others. Result: it, until `take` has handed on that it is done.
    /// `through` and `exact` are those of the block that ends with it.
    [[nodiscard]] place& begin(std::uint64_t through, bool exact);

    /// Some of what comes of `at`: so many items.
    void add(place& at, std::string_view bytes, std::size_t items);

    /// What a program has said as errors.
    void add_errors(place& at, std::string_view text);

    /// Nothing more comes of `at`.
    void finish(place& at);

    /// Nothing more comes of `at`, and it is not dealt with: from it on nothing settles any more.
    void give_up(place& at);

    /// What can go on, 64 KiB or little more at once. Result: nothing when there is nothing.
    [[nodiscard]] std::optional<ready> take();

    /// What comes of `at` can go on at once.
    [[nodiscard]] bool is_next(const place& at) const noexcept {
        return order_ == item_order::any || &at == &places_.front();
    }

    /// Places that are not done, and those that wait for them.
    [[nodiscard]] std::size_t size() const noexcept { return places_.size(); }

    /// Bytes that wait.
    [[nodiscard]] std::size_t held() const noexcept { return held_; }

 private:
    void move_on(place& from);
    void move_done();

    item_order order_;
    std::deque<place> places_;
    std::size_t held_ = 0;
    std::uint64_t through_ = 0;
    bool settles_ = true;  // no place that was given up was handed on
    ready ready_;          // what was taken from its place and not handed on
};

}  // namespace grove::cmd
