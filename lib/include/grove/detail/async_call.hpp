// SPDX-License-Identifier: MIT
#pragma once

#include <grove/async_result.hpp>
#include <grove/error.hpp>

#include <exception>
#include <functional>
#include <type_traits>
#include <utility>

/// What a member runs for `group::async`: a call whose outcome goes into a result. However it ends,
/// dropped before its first turn included, the result is told.

namespace grove::detail {

/// For calls that nobody is told of.
struct nothing_then {
    template <class... A>
    void operator()(A&&... /*value*/) const noexcept {}
};

template <class F, class Then>
class async_call {
 public:
    using result = std::remove_cvref_t<std::invoke_result_t<F&>>;

    template <class G, class H>
    async_call(const async_result<result>& answer, G&& f, H&& then)
        : f_(std::forward<G>(f)), then_(std::forward<H>(then)), answer_(answer) {}

    async_call(async_call&& other) noexcept(
        std::is_nothrow_move_constructible_v<F>&& std::is_nothrow_move_constructible_v<Then>)
        : f_(std::move(other.f_)),
          then_(std::move(other.then_)),
          answer_(other.answer_),
          open_(std::exchange(other.open_, false)) {}

    async_call& operator=(async_call&&) = delete;

    ~async_call() {
        if (!open_) return;
        answer_.set_exception(
            std::make_exception_ptr(greenlet_killed("killed before it had a result")));
    }

    void operator()() {
        try {
            if constexpr (std::is_void_v<result>) {
                std::invoke(f_);
                answer_.set();
            } else {
                answer_.set(std::invoke(f_));
            }
            open_ = false;
        } catch (const greenlet_exit&) {
            throw;
        } catch (...) {
            open_ = false;
            answer_.set_exception(std::current_exception());
            throw;
        }
        if constexpr (std::is_void_v<result>)
            std::invoke(then_);
        else
            std::invoke(then_, std::as_const(answer_.get()));
    }

 private:
    F f_;
    Then then_;
    async_result<result> answer_;
    bool open_ = true;
};

}  // namespace grove::detail
