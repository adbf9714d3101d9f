// SPDX-License-Identifier: MIT
#pragma once

#include "core/switch_observer.hpp"
#include "introspect/trace_file.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace grove::detail {

class hub_core;

/// One hub's events in a trace file: a slice for each turn of a greenlet and for each phase of the
/// hub. The slice that goes on is in the file as one that has begun.
/// Threads: the hub's.
class switch_log final : public switch_observer {
 public:
    /// `began`: when the trace did, by the kernel's clock.
    switch_log(hub_core& hub, trace_file& file, std::size_t most_events, std::int64_t began);
    ~switch_log();

    switch_log(const switch_log&) = delete;
    switch_log& operator=(const switch_log&) = delete;

    void on_switch(const greenlet_core* from, const greenlet_core& to) noexcept override;
    void on_phase(hub_phase phase) noexcept override;

 private:
    /// One of the file's blocks.
    struct block {
        char* text;
        std::uint64_t slices = 0;
    };

    void begin(std::uint64_t track, std::string_view quoted_name);
    void end(std::string_view what_then) noexcept;
    void announce(const greenlet_core& g);
    void write(std::string_view event);
    [[nodiscard]] char* slot();
    [[nodiscard]] bool turn_page();
    [[nodiscard]] std::uint64_t track_of(const greenlet_core& g) const noexcept;

    hub_core& hub_;
    trace_file& file_;
    std::size_t most_blocks_;
    std::int64_t began_;
    std::vector<block> blocks_;
    std::size_t page_ = 0;                         // the block that is being filled
    std::size_t next_ = 0;                         // its first free slot
    std::unordered_set<std::uint64_t> announced_;  // tracks whose names stand in newer blocks

    // The slice that goes on.
    char* open_ = nullptr;  // its slot; null for none
    std::size_t open_size_ = 0;
    std::int64_t open_since_ = 0;
    std::uint64_t open_track_ = 0;
};

}  // namespace grove::detail
