// SPDX-License-Identifier: MIT
#pragma once

#include "cmd/fetch/fetch_item.hpp"
#include "cmd/fetch/part_file.hpp"
#include "cmd/fetch/retry_policy.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// An item on its way through the run: what is asked where, under which name it is saved, and how
/// often it was tried.

namespace grove::cmd {

/// Somewhere an item can be asked for.
struct item_place {
    std::string url;   ///< ready to be requested: absolute, encoded
    std::string host;  ///< `host:port`: whose turn it takes
};

struct job {
    fetch_item item;
    std::vector<item_place> places;  ///< the item's URL, then its mirrors
    std::string path;                ///< below the output folder; empty for a stream
    std::uint64_t number = 0;        ///< of the item in the run, from 1
    bool asked_whole = false;        ///< the part was of no use once already
    bool to_stream = false;          ///< to stdout or a device, not to a file of its own
    retry_state retry;
    unsigned attempts = 0;
    std::unique_ptr<part_file> part;  ///< kept from one attempt to the next

    [[nodiscard]] const item_place& place() const { return places[retry.source()]; }
};

/// Reads the URLs of items. Neighbours in a list mostly differ in their paths alone, so the last
/// origin is remembered and only the rest is looked at.
class place_reader {
 public:
    /// Throws: `std::invalid_argument` saying what is wrong with `text`, and where.
    [[nodiscard]] item_place read(std::string_view text);

 private:
    std::string prefix_;  // `http://host:port` as typed
    std::string host_;
};

}  // namespace grove::cmd
