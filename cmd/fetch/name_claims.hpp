// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// Which output paths the items of one run have taken: no two get the same file, and none gets
/// another's `.part` or sidecar. The second `a.tar.gz` becomes `a-1.tar.gz`, the third
/// `a-2.tar.gz`, in the order of the calls.
///
/// A claim costs 8 to 16 bytes: the set holds 64-bit fingerprints. Should two different paths share
/// one (for a million of them, odds of 1 in 30 million), the second gets a number it did not need.

namespace grove::cmd {

class name_claims {
 public:
    /// Takes `path`, or the first numbered variant of it that is free. Result: the path taken; a
    /// long name is shortened so that its last part stays within 245 bytes.
    [[nodiscard]] std::string claim(std::string_view path);

    [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
    bool insert(std::uint64_t fingerprint);
    void grow();

    std::vector<std::uint64_t> slots_;  // open addressing; 0 is free
    std::size_t count_ = 0;
    std::unordered_map<std::uint64_t, std::uint64_t> next_number_;  // only of names claimed twice
};

}  // namespace grove::cmd
