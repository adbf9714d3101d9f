// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <iterator>

/// A doubly linked list whose links live in its elements. An element leaves its list when it is
/// destroyed, wherever it is, in constant time; nothing is ever allocated. Not for sharing between
/// threads.
///
///     struct job : grove::detail::list_hook<job> { ... };
///     grove::detail::intrusive_list<job> jobs;

namespace grove::detail {

/// The untyped links. An unlinked hook points to itself, so unlinking twice does nothing.
class list_link {
 public:
    list_link() noexcept : previous_(this), next_(this) {}

    list_link(const list_link&) = delete;
    list_link& operator=(const list_link&) = delete;

    ~list_link() { unlink(); }

    [[nodiscard]] bool linked() const noexcept { return next_ != this; }

    void unlink() noexcept {
        previous_->next_ = next_;
        next_->previous_ = previous_;
        previous_ = next_ = this;
    }

 private:
    template <class, class>
    friend class intrusive_list;

    void insert_before(list_link& place) noexcept {
        previous_ = place.previous_;
        next_ = &place;
        previous_->next_ = this;
        place.previous_ = this;
    }

    list_link* previous_;
    list_link* next_;
};

/// Base of an element of type `T`. `Tag` lets one element have several hooks.
template <class T, class Tag = void>
class list_hook : public list_link {};

template <class T, class Tag = void>
class intrusive_list {
    using hook = list_hook<T, Tag>;

 public:
    class iterator {
     public:
        using iterator_category = std::forward_iterator_tag;
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using pointer = T*;
        using reference = T&;

        explicit iterator(list_link* at = nullptr) noexcept : at_(at) {}

        T& operator*() const noexcept { return *element(at_); }

        T* operator->() const noexcept { return element(at_); }

        iterator& operator++() noexcept {
            at_ = at_->next_;
            return *this;
        }

        iterator operator++(int) noexcept {
            iterator before = *this;
            ++*this;
            return before;
        }

        bool operator==(const iterator&) const noexcept = default;

     private:
        list_link* at_;
    };

    intrusive_list() = default;
    intrusive_list(const intrusive_list&) = delete;
    intrusive_list& operator=(const intrusive_list&) = delete;

    /// Elements that are left become unlinked.
    ~intrusive_list() {
        while (!empty()) ends_.next_->unlink();
    }

    [[nodiscard]] bool empty() const noexcept { return !ends_.linked(); }

    /// Undefined on an empty list.
    [[nodiscard]] T& front() noexcept { return *element(ends_.next_); }

    /// The element must not be in a list.
    void push_back(T& item) noexcept { as_link(item).insert_before(ends_); }

    void push_front(T& item) noexcept { as_link(item).insert_before(*ends_.next_); }

    /// The first element, unlinked; null when empty.
    T* pop_front() noexcept {
        if (empty()) return nullptr;
        T& first = front();
        as_link(first).unlink();
        return &first;
    }

    /// Moves all elements of `other` to the end of this list, in order.
    void splice_back(intrusive_list& other) noexcept {
        while (T* item = other.pop_front()) push_back(*item);
    }

    static void remove(T& item) noexcept { as_link(item).unlink(); }

    [[nodiscard]] iterator begin() noexcept { return iterator(ends_.next_); }

    [[nodiscard]] iterator end() noexcept { return iterator(&ends_); }

 private:
    static list_link& as_link(T& item) noexcept { return static_cast<hook&>(item); }

    static T* element(list_link* link) noexcept {
        return static_cast<T*>(static_cast<hook*>(link));
    }

    list_link ends_;
};

}  // namespace grove::detail
