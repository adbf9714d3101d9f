// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

/// Range-for over anything with `void next_into(std::optional<T>&)`, which waits for the next item
/// and leaves an empty one as it is at the end.

namespace grove::detail {

template <class Source, class T>
class item_iterator {
 public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = T;
    using difference_type = std::ptrdiff_t;

    item_iterator() = default;

    /// Waits for the first item.
    explicit item_iterator(Source& from) : from_(&from) { from.next_into(item_); }

    [[nodiscard]] T& operator*() const noexcept { return *item_; }

    item_iterator& operator++() {
        item_.reset();  // before the wait: an item may hold what others wait for
        from_->next_into(item_);
        return *this;
    }

    void operator++(int) { ++*this; }

    [[nodiscard]] bool operator==(std::default_sentinel_t) const noexcept { return !item_; }

 private:
    Source* from_ = nullptr;
    mutable std::optional<T> item_;  // the loop's own, also through a const iterator
};

}  // namespace grove::detail
