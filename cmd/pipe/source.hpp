// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/pipe/block_queue.hpp"
#include "cmd/pipe/pipe_options.hpp"
#include "cmd/pipe/settled.hpp"
#include "cmd/pipe/stage_plan.hpp"

#include <cstdint>
#include <memory>

/// Where the items come from.

namespace grove::cmd {

class item_ledger;
class output;

class source {
 public:
    source() = default;
    source(const source&) = delete;
    source& operator=(const source&) = delete;
    virtual ~source() = default;

    /// Puts all items into `to`; does not close it. Blocks. Interrupted: what was put counts, a
    /// part of an item is dropped. Throws: `std::system_error`, `stage_failed` when it cannot be
    /// read.
    virtual void run(block_queue& to) = 0;

    /// Whom it wants to hear from how far the run is; null: nobody.
    [[nodiscard]] virtual settlement* settles() noexcept { return nullptr; }
};

/// Items of `plan`, and where that names nothing those of `--input`, or of stdin, without the first
/// `skipped`. The others must outlive it.
[[nodiscard]] std::unique_ptr<source> make_source(const source_plan& plan,
                                                  const pipe_options& options,
                                                  std::uint64_t skipped, item_ledger& ledger,
                                                  output& out);

}  // namespace grove::cmd
