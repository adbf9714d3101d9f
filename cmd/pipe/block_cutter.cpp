// SPDX-License-Identifier: MIT
#include "cmd/pipe/block_cutter.hpp"

#include "cmd/pipe/framer.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace grove::cmd {

std::optional<item_run> block_cutter::next(std::size_t most) {
    const std::lock_guard alone(turn_);
    while (cut_ == current_.bytes.size()) {
        auto come = in_.get();
        if (!come) return std::nullopt;
        settled_ = std::exchange(current_, *std::move(come)).through;
        cut_ = 0;
        cut_items_ = 0;
        if (current_.items == 0)
            return item_run{.bytes = {},
                            .number = number_,
                            .through = current_.through,
                            .exact = current_.exact};
    }
    item_run run{.bytes = {},
                 .items = std::min(most, current_.items - cut_items_),
                 .number = number_,
                 .through = settled_};
    number_ += run.items;
    cut_items_ += run.items;
    if (cut_items_ < current_.items) {
        if (whose_ == items_are::sources) {
            run.through = current_.through - (current_.items - cut_items_);
            run.exact = true;
        }
        const std::string_view rest = std::string_view(current_.bytes).substr(cut_);
        run.bytes = rest.substr(0, length_of_items(rest, run.items, end_));
        cut_ += run.bytes.size();
        return run;
    }
    run.through = current_.through;
    run.exact = current_.exact;
    if (cut_ == 0)
        run.bytes = std::exchange(current_.bytes, {});
    else
        run.bytes = current_.bytes.substr(cut_);
    cut_ = current_.bytes.size();
    return run;
}

}  // namespace grove::cmd
